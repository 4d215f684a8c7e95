"""Prices that a user knows better than the table: their own model, their own contract. Never a guess."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from pydantic import Field

from gate.model.base import Noun
from gate.model.reply import Reply, Usage

_PER = 1_000_000  # tokens that a price is for


class Price(Noun):
    """US dollars for a million tokens of one model."""

    input: float = Field(ge=0, le=1e6, description="US dollars for a million tokens in.")
    output: float = Field(ge=0, le=1e6, description="US dollars for a million tokens out.")
    cache_read: float | None = Field(
        default=None, ge=0, le=1e6, description="For tokens read from the prompt cache. Default: `input`."
    )
    cache_write: float | None = Field(
        default=None, ge=0, le=1e6, description="For tokens written to the prompt cache. Default: `input`."
    )

    def cost_usd(self, usage: Usage) -> float:
        """What these tokens cost."""
        read = self.input if self.cache_read is None else self.cache_read
        write = self.input if self.cache_write is None else self.cache_write
        return (
            usage.input_tokens * self.input
            + usage.cache_read_tokens * read
            + usage.cache_write_tokens * write
            + usage.output_tokens * self.output
        ) / _PER


Prices = Mapping[str, Price]
NO_PRICES: Prices = {}


def own_price(prices: Prices, model: str) -> Price | None:
    """The price of a model: under its name, else under the longest pattern (`claude-haiku-*`) that it fits."""
    if model in prices:
        return prices[model]
    fitting = [pattern for pattern in prices if fnmatchcase(model, pattern)]
    return prices[max(fitting, key=lambda pattern: (len(pattern), pattern))] if fitting else None


def priced(reply: Reply, prices: Prices) -> Reply:
    """The reply with what it costs by the user's prices; as it is where they do not know its model, or its tokens."""
    price = own_price(prices, reply.model) if prices and reply.model is not None else None
    if price is None or reply.usage is None:
        return reply
    return reply.model_copy(update={"cost_usd": price.cost_usd(reply.usage)})
