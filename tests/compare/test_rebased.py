"""A baseline that the head replaces is a proposal, and loosened wherever anything in it got lower."""

from typing import Any

import pytest

from gate.compare.rebased import baseline_proposals
from gate.model.report import Proposal
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard

Values = dict[str, tuple[float, ...]]


def card(
    cases: dict[str, Values], *, better: Any = "higher", keys: dict[str, str] | None = None
) -> Scorecard:
    names = {name for values in cases.values() for name in values}
    return Scorecard(
        suite="s",
        metrics={name: Metric(name=name, kind="measure", better=better) for name in names},
        cases={
            case: CaseScores(key=(keys or {}).get(case, "k"), trials=5, scores=values)
            for case, values in cases.items()
        },
    )


OLD = card({"a": {"m": (1.0, 1.0)}, "b": {"m": (0.0, 1.0)}})


def proposed(base: Any, head: Any) -> list[Proposal]:
    return list(baseline_proposals("s", base, head))


def test_the_same_baseline_proposes_nothing() -> None:
    assert proposed(OLD, OLD) == []
    assert proposed(None, "there is none") == []


@pytest.mark.parametrize(
    ("head", "loosened", "said"),
    [
        (card({"a": {"m": (1.0, 0.0)}, "b": {"m": (0.0, 1.0)}}), True, "m 0.75 → 0.5"),
        (card({"a": {"m": (1.0, 1.0)}, "b": {"m": (1.0, 1.0)}}), False, "m 0.75 → 1"),
        # Better on the whole, and lower in one case.
        (card({"a": {"m": (0.5, 0.5)}, "b": {"m": (1.0, 1.0)}}), True, "other scores of single cases"),
        (card({"a": {"m": (1.0, 1.0)}}), True, "1 case taken out"),
        (card({"a": {"m": (1.0, 1.0)}, "b": {"m": (0.0, 1.0)}, "c": {"m": (0.0,)}}), False, "1 case new"),
        (
            card({"a": {"m": (1.0, 1.0)}, "b": {"m": (0.0, 1.0)}}, keys={"a": "x"}),
            True,
            "1 case asking something else",
        ),
        (card({"a": {"n": (1.0, 1.0)}, "b": {"n": (0.0, 1.0)}}), True, "m is taken out; n is new"),
    ],
)
def test_what_differs_is_said_and_a_lower_bar_is_called_so(
    head: Scorecard,
    loosened: bool,  # noqa: FBT001 - a row
    said: str,
) -> None:
    (found,) = proposed(OLD, head)
    assert found.loosened is loosened
    assert said in found.text


def test_where_lower_is_better_a_higher_value_is_the_lower_bar() -> None:
    fast, slow = card({"a": {"m": (1.0,)}}, better="lower"), card({"a": {"m": (2.0,)}}, better="lower")
    assert [each.loosened for each in proposed(fast, slow)] == [True]
    assert [each.loosened for each in proposed(slow, fast)] == [False]


def test_a_first_baseline_is_new_and_a_broken_one_is_a_lower_bar() -> None:
    assert [each.loosened for each in proposed("there is none", OLD)] == [False]
    assert [each.loosened for each in proposed(OLD, "it is broken")] == [True]


def test_many_metrics_are_counted_and_not_all_named() -> None:
    many: Values = {f"m{n}": (1.0,) for n in range(6)}
    less: Values = dict.fromkeys(many, (0.0,))
    (found,) = proposed(card({"a": many}), card({"a": less}))
    assert found.text.count("→") == 3
    assert "3 more metrics moved" in found.text
