"""What is explained: what a name stands for, and what is said of a case that the baseline knows otherwise."""

import pytest

from gate.compare.decide import decide
from gate.compare.tally import tally
from gate.flows.why.case_story import Told
from gate.flows.why.explaining import explanation, is_known, like
from gate.model.errors import UserError
from gate.model.explanation import Failing
from gate.model.reply import Failure
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.model.score import Score
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Policy
from tests.builders import make_case, make_run, make_trial


def run_of(suite: str, *, wrong: int = 0, cases: int = 20) -> RunResult:
    trials = [
        make_trial(f"c{place:02}", scores=(Score(metric="accuracy", value=float(place >= wrong)),))
        for place in range(cases)
    ]
    tagged = tuple(make_case(each.case_id, tags={"lang": "de"}) for each in trials)
    return make_run(trials, suite=suite, cases=tagged)


def told_of(*results: RunResult, baselines: tuple[Scorecard, ...] | None = None) -> Told:
    before = tuple(tally(run_of(each.suite)) for each in results) if baselines is None else baselines
    by_suite = {card.suite: card for card in before}
    verdict = decide(
        [
            Comparison(suite=each.suite, head=tally(each), baseline=by_suite.get(each.suite))
            for each in results
        ],
        Policy(),
    )
    sides = {"head": Revision(label="results.json"), "base": Revision(label="main")}
    report = Report(tool_version="1", verdict=verdict, **sides)
    return Told(report=report, results={each.suite: each for each in results}, baselines=by_suite)


def test_without_a_name_every_metric_that_is_no_pass_is_told() -> None:
    found = explanation(told_of(run_of("s", wrong=15)))
    assert [each.diff.metric for each in found.metrics] == ["accuracy"]
    assert [each.case_id for each in found.metrics[0].worse] == [f"c{place:02}" for place in range(15)]
    assert [each.suite for each in found.changed] == ["s"]


def test_a_metric_that_passes_is_told_by_its_name_alone() -> None:
    assert explanation(told_of(run_of("s"))).metrics == ()
    (told,) = explanation(told_of(run_of("s")), "accuracy").metrics
    assert not told.searched


def test_what_several_suites_have_is_told_of_each_and_a_suite_means_its_own() -> None:
    told = told_of(run_of("s", wrong=15), run_of("t"))
    assert [each.suite for each in explanation(told, "c03").cases] == ["s", "t"]
    assert [each.suite for each in explanation(told, "t/c03").cases] == ["t"]
    assert [each.diff.suite for each in explanation(told, "metric:s/accuracy").metrics] == ["s"]
    assert [each.suite for each in explanation(told, "metric:s/accuracy").changed] == ["s"]


def test_a_case_named_like_a_metric_has_to_be_told_from_it() -> None:
    result = make_run([make_trial("accuracy")])
    told = told_of(result, baselines=(tally(result),))
    with pytest.raises(UserError, match="a case and a metric have this name"):
        explanation(told, "accuracy")
    assert explanation(told, "case:accuracy").cases
    assert explanation(told, "metric:accuracy").metrics


def test_a_name_that_nothing_has_is_answered_with_those_like_it() -> None:
    told = told_of(run_of("s"))
    assert not is_known(told, "acuracy")
    assert like(told, "acuracy") == ["accuracy"]
    with pytest.raises(UserError, match="no case and no metric"):
        explanation(told, "acuracy")


@pytest.mark.parametrize(
    ("baselines", "said"),
    [
        ((), "there is no baseline"),
        ((tally(run_of("s", cases=3)),), "the baseline does not have this case"),
    ],
)
def test_what_the_baseline_lacks_of_a_case_is_said(baselines: tuple[Scorecard, ...], said: str) -> None:
    (story,) = explanation(told_of(run_of("s"), baselines=baselines), "c09").cases
    assert story.missing == said
    assert story.values[0].before == ()


def test_values_of_another_question_are_not_laid_beside_todays() -> None:
    card = tally(run_of("s"))
    other = card.cases["c09"].model_copy(update={"key": "another"})
    changed = card.model_copy(update={"cases": {**card.cases, "c09": other}})
    (story,) = explanation(told_of(run_of("s"), baselines=(changed,)), "c09").cases
    assert story.missing == "the baseline asks something else under this id"
    assert story.values[0].before == ()


def test_failures_are_told_by_kind_before_and_now() -> None:
    failure = Failure(stage="target", kind="timeout", message="m")
    result = make_run([make_trial("a", reply=None, scores=(), failures=(failure,)), make_trial("b")])
    before = tally(make_run([make_trial("a"), make_trial("b")]))
    (changed,) = explanation(told_of(result, baselines=(before,))).changed
    assert changed.failures == (Failing(kind="timeout", before=0, trials_before=2, now=1, trials_now=2),)
