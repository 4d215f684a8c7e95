"""Small words that findings are made of."""

import pytest

from gate.compare.findings import cases, exit_code, named, percent
from gate.model.suite import Policy
from gate.model.verdict import Kind


@pytest.mark.parametrize(
    ("ids", "text"),
    [(["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d", "e"], "a, b, c and 2 more")],
)
def test_a_list_of_ids_names_the_first_three(ids: list[str], text: str) -> None:
    assert named(ids) == text


@pytest.mark.parametrize(("share", "text"), [(0.2, "20%"), (0.125, "12.5%"), (0.005, "0.5%"), (0, "0%")])
def test_a_share_is_said_in_per_cent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_one_case_is_not_several(count: int, text: str) -> None:
    assert cases(count) == text


@pytest.mark.parametrize(
    ("kind", "warn", "block"), [(Kind.PASS, 0, 0), (Kind.REGRESSED, 1, 1), (Kind.INCONCLUSIVE, 0, 3)]
)
def test_only_what_cannot_be_told_depends_on_the_policy(kind: Kind, warn: int, block: int) -> None:
    assert exit_code(kind, policy=Policy()) == warn
    assert exit_code(kind, policy=Policy(on_inconclusive="block")) == block
