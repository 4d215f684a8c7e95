"""What keeps a metric from being compared, one by one."""

from typing import Any

import pytest

from gate.compare.contest import Arena, Contest
from gate.compare.layout import Layout, Outcome
from gate.compare.pairs import shared_cases
from gate.model.score import Metric
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Gate, Policy, SuitePolicy
from gate.model.verdict import Finding, MetricDiff
from tests.builders import make_metric, make_scorecard

IDS = [f"c{i:02}" for i in range(12)]


def card_of(metric: Metric | None = None, *, value: float = 1.0) -> Scorecard:
    return make_scorecard(dict.fromkeys(IDS, (value,)), metric=metric or make_metric())


def lay(before: Scorecard, after: Scorecard, *, name: str = "accuracy", **policy: Any) -> list[Outcome]:
    comparison = Comparison(suite="suite", baseline=before, head=after, policy=SuitePolicy(**policy))
    layout = Layout(
        comparison, before, Policy(), Arena("suite", 0.05, None, len(IDS)), shared_cases(before, after)
    )
    return list(layout.lay(before.metrics.get(name) or after.metrics[name]))


def test_one_meaning_on_both_sides_is_a_contest() -> None:
    assert [type(each) for each in lay(card_of(), card_of())] == [Contest]


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": "another"},
        {"better": "lower"},
        {"kind": "scale", "low": 0, "high": 1},
        {"unit": "points"},
        {"log": True},
    ],
)
def test_another_meaning_is_not_comparable(change: dict[str, Any]) -> None:
    finding, diff = lay(card_of(), card_of(make_metric(**change)))
    assert isinstance(finding, Finding)
    assert isinstance(diff, MetricDiff)
    assert (finding.code, finding.exit_code, diff.reason) == ("other_instrument", 3, finding.message)


def test_whether_a_metric_is_operational_is_no_part_of_its_meaning() -> None:
    assert isinstance(lay(card_of(), card_of(make_metric(operational=True)))[0], Contest)


@pytest.mark.parametrize(("mode", "blocking"), [("block", True), ("warn", False), ("record", False)])
def test_only_a_metric_that_blocks_blocks_by_being_gone(mode: str, blocking: object) -> None:
    finding, _ = lay(
        card_of(), make_scorecard(dict.fromkeys(IDS, ()), metrics={}), gates={"accuracy": Gate(mode=mode)}
    )
    assert isinstance(finding, Finding)
    assert (finding.code, finding.blocking) == ("removed_metric", blocking)


@pytest.mark.parametrize(
    ("gates", "code"), [({}, "new_metric"), ({"accuracy": Gate()}, "no_baseline_metric")]
)
def test_a_metric_without_a_past_blocks_only_where_a_gate_names_it(gates: dict[str, Gate], code: str) -> None:
    finding, diff = lay(make_scorecard(dict.fromkeys(IDS, ()), metrics={}), card_of(), gates=gates)
    assert isinstance(finding, Finding)
    assert isinstance(diff, MetricDiff)
    assert (finding.code, finding.blocking) == (code, bool(gates))
    assert (diff.baseline, diff.head) == (None, 1.0)
