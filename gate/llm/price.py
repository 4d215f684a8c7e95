"""Model and token counts → what they cost in US dollars. Never guesses: an unknown price is None, not 0.

The prices are those of the installed genai-prices, read offline; a run's cost follows the version that is locked.
"""

from functools import cache

import genai_prices
from genai_prices.types import ModelPrice, TieredPrices

from gate.model.price import NO_PRICES, Prices, own_price
from gate.model.reply import Usage

_PER = 1_000_000  # tokens that a price is for


def cost_usd(model: str, usage: Usage, *, own: Prices = NO_PRICES, batch: bool = False) -> float | None:
    """What one reply cost at the user's `own` price, else at the standard rate of Anthropic's own API; None: not known.

    In a `batch` it is the rate of batches; a price of the user's own holds there as it stands. The same number as
    `genai_prices.calc_price`, which takes thirty times as long because it looks everything up anew.
    """
    price = own_price(own, model)
    if price is not None:
        return price.cost_usd(usage)
    prices = _prices(model, batch=batch)
    if prices is None or prices.input_mtok is None or prices.output_mtok is None:
        return None
    asked = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    plain = _rate(prices.input_mtok, asked=asked)
    read = _rate(prices.cache_read_mtok, asked=asked, otherwise=plain)
    write = _rate(prices.cache_write_mtok, asked=asked, otherwise=plain)
    answered = _rate(prices.output_mtok, asked=asked)
    return (
        usage.input_tokens * plain
        + usage.cache_read_tokens * read
        + usage.cache_write_tokens * write
        + usage.output_tokens * answered
    ) / _PER


@cache
def _prices(model: str, *, batch: bool) -> ModelPrice | None:
    """The prices of a model; those of a batch only where the table has them, and not the standard ones instead."""
    nothing = genai_prices.Usage()
    try:
        standard = genai_prices.calc_price(nothing, model, provider_id="anthropic").model_price
        if not batch:
            return standard
        context = {"processing": "batch"}
        halved = genai_prices.calc_price(
            nothing, model, provider_id="anthropic", price_context=context
        ).model_price
    except LookupError:
        return None
    return halved if halved != standard else None


def _rate(price: object, *, asked: int, otherwise: float = 0.0) -> float:
    """US dollars for a million tokens. A tier holds for all tokens of a call that asks with more than its start."""
    if price is None:
        return otherwise
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if asked > tier.start]
        price = reached[-1] if reached else price.base
    return float(price)  # type: ignore[arg-type] # a Decimal: ModelPrice declares no type for its fields
