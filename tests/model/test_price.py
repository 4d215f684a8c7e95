from typing import Any

import pytest
from pydantic import ValidationError

from gate.model.price import Price, own_price, priced
from gate.model.reply import Usage
from tests.builders import make_reply

USAGE = Usage(
    input_tokens=1_000_000, output_tokens=100_000, cache_read_tokens=200_000, cache_write_tokens=400_000
)


@pytest.mark.parametrize(
    ("price", "cost_usd"),
    [
        ({"input": 3, "output": 15}, 3 + 1.5 + 0.6 + 1.2),
        ({"input": 3, "output": 15, "cache_read": 0.3, "cache_write": 4}, 3 + 1.5 + 0.06 + 1.6),
        ({"input": 0, "output": 0}, 0),
    ],
)
def test_every_sort_of_token_has_its_price_and_the_cache_that_of_the_input_unless_it_is_given(
    price: dict[str, float], cost_usd: float
) -> None:
    assert Price(**price).cost_usd(USAGE) == pytest.approx(cost_usd)


@pytest.mark.parametrize(
    "price", [{}, {"input": 1}, {"input": -1, "output": 1}, {"input": 1, "output": 1, "in": 1}]
)
def test_what_is_no_price_is_refused(price: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Price(**price)


def test_a_name_comes_before_a_pattern_and_the_longest_pattern_before_the_others() -> None:
    prices = {
        name: Price(input=number, output=0)
        for number, name in enumerate(["*", "claude-*", "claude-haiku-*", "claude-haiku-5-5"])
    }
    found = {
        model: getattr(own_price(prices, model), "input", None)
        for model in ("gpt", "claude-opus-5-5", "claude-haiku-4", "claude-haiku-5-5")
    }
    assert found == {"gpt": 0, "claude-opus-5-5": 1, "claude-haiku-4": 2, "claude-haiku-5-5": 3}
    assert own_price({"claude-*": Price(input=1, output=1)}, "gpt") is None


def test_a_reply_is_priced_where_its_model_and_its_tokens_are_known_and_else_left_as_it_is() -> None:
    prices = {"m": Price(input=1, output=1)}
    assert priced(make_reply(model="m", usage=USAGE, cost_usd=9), prices).cost_usd == pytest.approx(1.7)
    for reply in (
        make_reply(model="n", usage=USAGE, cost_usd=9),
        make_reply(model="m", cost_usd=9),
        make_reply(usage=USAGE, cost_usd=9),
    ):
        assert priced(reply, prices) == reply
    assert priced(make_reply(model="m", usage=USAGE), {}).cost_usd is None
