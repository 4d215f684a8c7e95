"""Where a drop is concentrated: found where it was planted, told in the fewest words, and never where it is not."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from benchmarks.segments import PAIRS as MANY
from benchmarks.segments import ROWS, Row, shares
from gate.compare.decide import decide
from gate.compare.exam import examine
from gate.compare.segments import Aim, search
from gate.model.calibration import Calibration, RunNoise
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.segment import Search
from gate.model.suite import Policy, SuitePolicy
from gate.model.verdict import Kind
from tests.builders import make_metric, make_scorecard

# A few of the rows on a few pairs; benchmarks/segments.py holds all of them on many.
QUICK = {
    "unchanged": 100,
    "unchanged, 1+1 draws": 60,
    "unchanged, graded": 40,
    "unchanged, one tag is noisy": 40,
    "unchanged, 80 clusters with tags in common": 40,
    "10 points everywhere, breaks": 60,
    "20 points everywhere, one tag is noisy": 60,
    "planted 5 %, n = 400, 5+1 draws": 40,
    "planted 5 %, n = 400, graded": 20,
}


@pytest.mark.parametrize("name", QUICK)
def test_the_search_keeps_its_rate_and_finds_what_was_planted(name: str) -> None:
    (row,) = (row for row in ROWS if row.name == name)
    share = shares(row, pairs=QUICK[name])[row.measure]
    assert row.holds(share, slack=slack(row, pairs=QUICK[name])), (share, row)


def slack(row: Row, *, pairs: int) -> float:
    """Three standard errors of a share that lies exactly on the bound."""
    return 3 * math.sqrt(row.must * (100 - row.must) / pairs)


def test_a_search_that_names_at_random_would_be_found_out() -> None:
    row = ROWS[0]
    assert MANY >= 1_000
    assert not row.holds(15.0, slack=slack(row, pairs=QUICK[row.name]))


def card_of(
    draws: Sequence[tuple[float, ...]], tags: Sequence[Mapping[str, str]], **metric: Any
) -> Scorecard:
    cases = {
        f"c{place:03}": CaseScores(key="k", trials=len(own), tags=dict(tags[place]), scores={"accuracy": own})
        for place, own in enumerate(draws)
    }
    return make_scorecard({}, metric=make_metric(**metric), cases=cases)


def compared(
    broken: set[int], tags: Sequence[Mapping[str, str]], *, draws: int = 1, **comparison: Any
) -> Comparison:
    n = len(tags)
    before = card_of([(1.0,) * 5] * n, tags)
    after = card_of([(float(place not in broken),) * draws for place in range(n)], tags)
    return Comparison(suite="suite", baseline=before, head=after, **comparison)


def searched(comparison: Comparison) -> Search:
    exam = examine(comparison, policy=Policy(), level=0.05)
    contests = [contest for contest in exam.contests if contest.rule.name == "accuracy"]
    return search(comparison, contests, aim=Aim(level=0.05, judged=2, fewest=8))


def named(found: Search) -> list[list[str]]:
    return [[str(term) for term in segment.terms] for segment in found.segments]


GRID = [{"lang": f"l{i % 4}", "kind": f"k{i // 4 % 5}"} for i in range(200)]


def where(tags: Sequence[Mapping[str, str]], **wanted: str) -> set[int]:
    return {place for place, own in enumerate(tags) if wanted.items() <= own.items()}


def test_a_slice_that_no_single_tag_names_is_named_with_its_figures() -> None:
    (segment,) = searched(compared(where(GRID, lang="l1", kind="k2"), GRID)).segments
    assert [str(term) for term in segment.terms] == ["kind=k2", "lang=l1"]
    assert (segment.n, segment.worse, segment.others, segment.others_worse) == (10, 10, 190, 0)
    assert (segment.baseline, segment.head, segment.drop, segment.others_drop) == (1.0, 0.0, 1.0, 0.0)
    assert segment.p < 0.001


def test_the_shortest_description_is_told() -> None:
    assert named(searched(compared(where(GRID, kind="k2"), GRID))) == [["kind=k2"]]


def test_two_places_are_told_one_after_the_other() -> None:
    broken = where(GRID, kind="k2") | where(GRID, kind="k4", lang="l0")
    assert named(searched(compared(broken, GRID))) == [["kind=k2"], ["kind=k4", "lang=l0"]]


def test_a_drop_that_is_everywhere_is_concentrated_nowhere() -> None:
    assert named(searched(compared(set(range(200)), GRID))) == []
    assert named(searched(compared({i for i in range(200) if i * 7 % 11 < 4}, GRID))) == []


def test_a_range_of_numbers_is_told_as_one() -> None:
    tags = [{"turns": str(1 + i * 7 % 20)} for i in range(200)]
    broken = {place for place, own in enumerate(tags) if int(own["turns"]) > 15}
    assert named(searched(compared(broken, tags))) == [["turns>15"]]


def test_one_conversation_that_broke_is_no_pattern() -> None:
    tags = [{"talk": f"t{i // 20}", "topic": f"p{i // 20}"} for i in range(200)]
    policy = SuitePolicy(cluster="talk")
    assert named(searched(compared(set(range(20)), tags, policy=policy))) == []
    assert named(searched(compared(set(range(20)), tags))) == [["talk=t0"]]


def test_many_conversations_that_broke_are_one() -> None:
    tags = [{"talk": f"t{i // 4}", "topic": f"p{i // 4 % 5}"} for i in range(200)]
    policy = SuitePolicy(cluster="talk")
    broken = where(tags, topic="p3")
    assert named(searched(compared(broken, tags, policy=policy))) == [["topic=p3"]]


@pytest.mark.parametrize(("between", "told"), [(1e-4, [["kind=k2"]]), (0.25, [])])
def test_what_the_luck_of_a_run_could_have_moved_is_not_named(between: float, told: list[list[str]]) -> None:
    noise = RunNoise(
        fingerprint="f1", runs=10, cases=200, between=between, of_means=between + 1e-4, within=0.02
    )
    shaken = Calibration(suite="suite", noise={"accuracy": noise})
    assert named(searched(compared(where(GRID, kind="k2"), GRID, calibration=shaken))) == told


def test_a_measure_that_rises_is_told_in_its_own_unit() -> None:
    tags = GRID
    slow = where(tags, kind="k1", lang="l2")
    before = [(1.0 + i % 7 / 50, 1.1 + i % 5 / 50, 1.2) for i in range(200)]
    after = [(draws[i % 3] * (8 if i in slow else 1),) for i, draws in enumerate(before)]
    metric = {"kind": "measure", "better": "lower", "log": True, "unit": "s"}
    comparison = Comparison(
        suite="suite", baseline=card_of(before, tags, **metric), head=card_of(after, tags, **metric)
    )
    (segment,) = searched(comparison).segments
    assert [str(term) for term in segment.terms] == ["kind=k1", "lang=l2"]
    assert segment.drop == pytest.approx(7, rel=0.1)


def test_cases_without_tags_have_no_parts() -> None:
    assert searched(compared(set(range(50)), [{}] * 200)) == Search(metrics=("accuracy",))


def test_the_names_and_the_order_of_cases_do_not_matter() -> None:
    comparison = compared(where(GRID, lang="l1", kind="k2"), GRID)
    head, base = comparison.head, comparison.baseline
    assert base is not None
    backwards = comparison.model_copy(
        update={
            "head": head.model_copy(update={"cases": dict(reversed(head.cases.items()))}),
            "baseline": base.model_copy(update={"cases": dict(reversed(base.cases.items()))}),
        }
    )
    assert searched(comparison) == searched(backwards)


def test_nobody_tags_a_case_out_of_the_segment_that_it_lies_in() -> None:
    comparison = compared(where(GRID, kind="k2"), GRID)
    cases = {
        case_id: case.model_copy(update={"tags": {"kind": "other", "lang": "other"}})
        for case_id, case in comparison.head.cases.items()
    }
    moved = comparison.model_copy(update={"head": comparison.head.model_copy(update={"cases": cases})})
    assert named(searched(moved)) == [["kind=k2"]]


def test_the_verdict_is_the_same_whatever_the_tags_say() -> None:
    broken = where(GRID, lang="l1", kind="k2")
    told = decide([compared(broken, GRID)], Policy())
    silent = decide([compared(broken, [{}] * 200)], Policy())
    assert named(told.suites[0].search) == [["kind=k2", "lang=l1"]]
    assert silent.suites[0].search == Search(metrics=("accuracy",))
    unsearched = told.suites[0].model_copy(update={"search": silent.suites[0].search})
    assert told.model_copy(update={"suites": (unsearched,)}) == silent


def test_where_nothing_dropped_nothing_is_searched() -> None:
    verdict = decide([compared(set(), GRID)], Policy())
    assert verdict.kind is Kind.PASS
    assert verdict.suites[0].search == Search()
