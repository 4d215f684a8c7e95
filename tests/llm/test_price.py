import pytest

from gate.llm.price import cost_usd
from gate.model.reply import Usage


def test_a_reply_costs_its_tokens_times_the_price_of_each_sort() -> None:
    usage = Usage(
        input_tokens=1_000_000, output_tokens=100_000, cache_read_tokens=10_000, cache_write_tokens=1_000
    )
    # $2 and $10 a million; the cache is read at $0.10 (of its own list, not a share) and written at $2.50
    assert cost_usd("claude-sonnet-5-5", usage) == pytest.approx(2 + 1 + 0.001 + 0.0025)


def test_cached_tokens_are_not_paid_twice() -> None:
    assert cost_usd("claude-sonnet-5-5", Usage(cache_read_tokens=1_000_000)) == pytest.approx(0.1)


@pytest.mark.parametrize("model", ["claude-of-the-future", "smollm2", "gpt-4o", ""])
def test_an_unknown_price_is_unknown_and_not_zero(model: str) -> None:
    assert cost_usd(model, Usage(input_tokens=1000)) is None
