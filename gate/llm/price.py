"""Model and token counts → what they cost in US dollars. Never guesses: an unknown price is None, not 0.

The prices are those of the installed genai-prices, read offline; a run's cost follows the version that is locked.
"""

import genai_prices

from gate.model.reply import Usage


def cost_usd(model: str, usage: Usage) -> float | None:
    """What one reply cost at the standard rate of Anthropic's own API; None where the model's price is not known."""
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    counts = genai_prices.Usage(
        input_tokens=usage.input_tokens + cached,  # theirs includes the cache's tokens
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        return float(genai_prices.calc_price(counts, model, provider_id="anthropic").total_price)
    except LookupError:
        return None
