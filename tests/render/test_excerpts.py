from typing import Any

from gate.model.case import Message, Place
from gate.model.run import RunResult
from gate.model.score import Score
from gate.model.verdict import CaseChange, Kind, SuiteVerdict, Verdict
from gate.render.excerpts import MOST_CHARACTERS, MOST_EXCERPTS, excerpts
from tests.builders import make_case, make_metric, make_reply, make_run, make_trial
from tests.render.reports import make_diff, make_verdict, regressed_diff, slice_diff


def changed(case_id: str, metric: str = "exact_match", **fields: Any) -> CaseChange:
    return CaseChange(
        **{"case_id": case_id, "metric": metric, "baseline": 1, "head": 0, "worse": True, **fields}
    )


def verdict(*changes: CaseChange, **fields: Any) -> Verdict:
    given: dict[str, Any] = {
        "suite": "support",
        "kind": Kind.REGRESSED,
        "diffs": (regressed_diff(),),
        **fields,
    }
    return make_verdict((SuiteVerdict(changes=changes, **given),))


def results(*case_ids: str, **fields: Any) -> dict[str, RunResult]:
    trials = [
        make_trial(case_id, scores=(Score(metric="exact_match", value=0.0, explanation=f"why {case_id}"),))
        for case_id in case_ids
    ]
    run = make_run(trials, suite="support", metrics={"exact_match": make_metric("exact_match")}, **fields)
    return {"support": run}


def test_the_cases_that_got_worse_are_shown_in_the_order_of_the_verdict() -> None:
    found = excerpts(
        verdict(changed("b"), changed("a"), changed("c", worse=False)), results=results("a", "b", "c")
    )
    assert [each.case_id for each in found] == ["b", "a"]
    first = found[0]
    assert (first.input, first.output, first.explanation) == ("question of b", "an answer", "why b")
    assert (first.baseline, first.head, first.suite, first.metric) == (1, 0, "support", "exact_match")


def test_cases_of_a_slice_that_regressed_come_first() -> None:
    cases = (make_case("a"), make_case("b", tags={"category": "refund"}))
    judged = verdict(changed("a"), changed("b"), slices=(slice_diff(),))
    found = excerpts(judged, results=results("a", "b", cases=cases))
    assert [each.case_id for each in found] == ["b", "a"]
    assert found[0].tags == {"category": "refund"}


def test_of_two_metrics_that_are_equally_grave_the_one_that_blocks_is_told() -> None:
    warns = regressed_diff(metric="a_first_name", mode="warn")
    judged = verdict(changed("a", "a_first_name"), changed("a"), diffs=(warns, regressed_diff()))
    assert [each.metric for each in excerpts(judged, results=results("a"))] == ["exact_match"]


def test_a_metric_that_passes_shows_only_what_broke_for_sure() -> None:
    judged = verdict(changed("a"), changed("b", confirmed=True), diffs=(make_diff(),))
    assert [each.case_id for each in excerpts(judged, results=results("a", "b"))] == ["b"]


def test_a_metric_that_is_only_recorded_shows_nothing() -> None:
    judged = verdict(changed("a"), diffs=(regressed_diff(mode="record"),))
    assert excerpts(judged, results=results("a")) == ()


def test_each_metric_has_its_turn_and_no_case_is_told_twice() -> None:
    diffs = (regressed_diff(), make_diff("helpful", kind=Kind.INCONCLUSIVE))
    moves = [changed(name) for name in ("a", "b", "c")] + [changed(name, "helpful") for name in ("a", "d")]
    found = excerpts(verdict(*moves, diffs=diffs), results=results("a", "b", "c", "d"))
    assert [(each.case_id, each.metric) for each in found] == [
        ("a", "exact_match"),
        ("b", "exact_match"),
        ("d", "helpful"),
        ("c", "exact_match"),
    ]


def test_there_are_at_most_twenty_and_their_texts_are_cut() -> None:
    ids = [f"c{index:03}" for index in range(50)]
    long = make_reply("x" * 1_000_000)
    run = results(*ids)["support"]
    trials = tuple(trial.model_copy(update={"reply": long}) for trial in run.trials)
    found = excerpts(
        verdict(*map(changed, ids)), results={"support": run.model_copy(update={"trials": trials})}
    )
    assert len(found) == MOST_EXCERPTS
    assert found[0].output == "x" * MOST_CHARACTERS + "\u2026 (+996,000)"


def test_the_worst_draw_is_the_one_that_is_shown() -> None:
    trials = [
        make_trial(
            "a", index, reply=make_reply(f"draw {index}"), scores=(Score(metric="exact_match", value=value),)
        )
        for index, value in enumerate((1.0, 0.0, 0.0))
    ]
    run = make_run(trials, suite="support")
    assert excerpts(verdict(changed("a")), results={"support": run})[0].output == "draw 1"
    lower = verdict(changed("a"), diffs=(regressed_diff(better="lower"),))
    assert excerpts(lower, results={"support": run})[0].output == "draw 0"


def test_a_case_without_a_score_or_a_reply_is_shown_without_them() -> None:
    run = make_run([make_trial("a", reply=None, scores=())], suite="support")
    found = excerpts(verdict(changed("a")), results={"support": run})[0]
    assert (found.output, found.explanation) == (None, None)


def test_questions_and_answers_of_any_shape_become_text() -> None:
    cases = (
        make_case("a", input=(Message(role="user", content="hi"), Message(role="assistant", content="ho"))),
        make_case(
            "b", input={"q": "\u00fc", "n": 1}, expected={"x": "y" * 120}, place=Place(file="c.jsonl", line=3)
        ),
        make_case("c", expected="text"),
    )
    ids = ("a", "b", "c")
    found = excerpts(verdict(*map(changed, ids)), results=results(*ids, cases=cases))
    assert found[0].input == "user: hi\nassistant: ho"
    assert found[0].expected is None
    assert found[1].input == '{"n": 1, "q": "\u00fc"}'
    assert found[1].expected == '{\n "x": "' + "y" * 120 + '"\n}'
    assert found[1].place == "c.jsonl:3"
    assert found[2].expected == "text"


def test_a_case_that_the_results_do_not_have_is_left_out() -> None:
    assert excerpts(verdict(changed("gone")), results=results("a")) == ()
    assert excerpts(verdict(changed("a")), results={}) == ()
