import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from gate.llm.price import cost_usd
from gate.model.price import Price
from gate.model.reply import Usage

MODELS = [
    model.id
    for provider in get_snapshot().providers
    if provider.id == "anthropic"
    for model in provider.models
]
TOKENS = st.integers(0, 300_000) | st.sampled_from([0, 1, 100_000, 200_000, 200_001, 1_000_000])


def test_a_reply_costs_its_tokens_times_the_price_of_each_sort() -> None:
    usage = Usage(
        input_tokens=1_000_000, output_tokens=100_000, cache_read_tokens=10_000, cache_write_tokens=1_000
    )
    # as the table of prices has it, in dollars a million: 2 in, 10 out, 0.10 read from the cache, 2.50 written to it
    assert cost_usd("claude-sonnet-5-5", usage) == pytest.approx(2 + 1 + 0.001 + 0.0025)


@given(st.sampled_from(MODELS), TOKENS, TOKENS, TOKENS, TOKENS)
def test_the_cost_is_that_of_the_maintained_price_table(
    model: str, asked: int, answered: int, read: int, written: int
) -> None:
    usage = Usage(
        input_tokens=asked, output_tokens=answered, cache_read_tokens=read, cache_write_tokens=written
    )
    theirs = genai_prices.Usage(
        input_tokens=asked + read + written,  # which includes the cache's tokens
        output_tokens=answered,
        cache_read_tokens=read,
        cache_write_tokens=written,
    )
    expected = genai_prices.calc_price(theirs, model, provider_id="anthropic").total_price
    assert cost_usd(model, usage) == pytest.approx(float(expected), rel=1e-9)


def test_some_model_has_prices_that_depend_on_how_much_is_asked() -> None:
    # what the law above would not notice if the table lost its tiers
    small, large = (cost_usd("claude-haiku-5-5", Usage(input_tokens=n)) for n in (100_000, 1_000_000))
    assert small is not None
    assert large is not None
    assert large > 10 * small


@pytest.mark.parametrize("model", ["claude-of-the-future", "smollm2", "gpt-4o", ""])
def test_an_unknown_price_is_unknown_and_not_zero(model: str) -> None:
    assert cost_usd(model, Usage(input_tokens=1000)) is None


def test_the_user_s_own_price_comes_before_the_table_and_stands_in_where_it_has_none() -> None:
    own = {"claude-sonnet-5-5": Price(input=1, output=1), "mine": Price(input=1, output=1)}
    usage = Usage(input_tokens=1_000_000)
    assert cost_usd("claude-sonnet-5-5", usage, own=own) == 1
    assert cost_usd("mine", usage, own=own) == 1
    assert cost_usd("mine", usage) is None
