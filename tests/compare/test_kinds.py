"""Which word of ours a kind of failure is a misspelling of."""

import pytest

from gate.compare.kinds import meant_kind
from gate.model.reply import FAILURE_KINDS


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("timout", "timeout"),
        ("time_out", "timeout"),
        ("Timeout", "timeout"),
        ("ratelimit", "rate_limit"),
        ("rate-limit", "rate_limit"),
        ("exeption", "exception"),
        ("http_statuses", "http_status"),
    ],
)
def test_a_word_that_is_almost_one_of_ours_is_meant_as_that(kind: str, meant: str) -> None:
    assert meant_kind(kind) == meant


@pytest.mark.parametrize("kind", ["quota_limit", "connection_lost", "no_vectors", "vendor_down", "x"])
def test_another_word_is_somebody_elses(kind: str) -> None:
    assert meant_kind(kind) is None


@pytest.mark.parametrize("kind", sorted(FAILURE_KINDS))
def test_a_kind_of_ours_is_meant_as_it_is(kind: str) -> None:
    assert meant_kind(kind) is None
