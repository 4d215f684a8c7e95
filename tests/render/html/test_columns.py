"""The table of cases: which case got worse is the verdict's word, and what is missing has its own."""

from gate.model.page import SuitePage
from gate.model.reply import Failure
from gate.model.score import Score
from gate.model.scorecard import CaseScores
from gate.model.verdict import CaseChange, Churn, Kind, SuiteVerdict
from gate.render.html.columns import column_data, columns, overall
from gate.render.html.gathered import gather
from gate.render.html.texts import Texts
from tests.builders import make_metric, make_reply, make_run, make_scorecard, make_trial
from tests.render.reports import make_diff

TEXTS = Texts()
LATE = Failure(stage="target", kind="timeout", message="late")
ABSTAINED = (Score.abstain("unparsable", metric="accuracy"),)


def moves(suite: SuitePage, **fields: object) -> dict[str, str]:
    """Case id → its letter for `accuracy`."""
    given = {"suite": "suite", "kind": Kind.PASS, "diffs": (make_diff("accuracy", suite="suite"),), **fields}
    verdict = SuiteVerdict.model_validate(given)
    (column,) = columns(suite, verdict, gather(suite, TEXTS))
    return dict(zip((case.id for case in suite.head.cases), column.moves, strict=True))


def change(
    case_id: str, metric: str = "accuracy", *, confirmed: bool = False, better: bool = False
) -> CaseChange:
    before, after = (0.0, 1.0) if better else (1.0, 0.0)
    return CaseChange(case_id, metric, before, after, worse=not better, confirmed=confirmed)


def test_each_letter_says_what_became_of_the_case() -> None:
    trials = [
        make_trial("worse"), make_trial("certain"), make_trial("better"), make_trial("same"), make_trial("new"),
        make_trial("other"), make_trial("failed", reply=None, scores=(), failures=(LATE,)), make_trial("abstained", scores=ABSTAINED),
        make_trial("always", scores=ABSTAINED),
    ]  # fmt: skip
    known = ("worse", "certain", "better", "same", "other", "failed", "abstained")
    card = make_scorecard(dict.fromkeys(known, (1.0,)))
    always = CaseScores(key="k", trials=1, abstentions={"accuracy": 1})
    card = card.model_copy(update={"cases": {**card.cases, "always": always}})
    changes = (
        change("worse"),
        change("certain", confirmed=True),
        change("better", better=True),
    )
    found = moves(
        SuitePage(head=make_run(trials), baseline=card),
        changes=changes,
        churn=Churn(added=("new",), changed=("other",)),
    )
    assert found == {
        "worse": "w", "certain": "W", "better": "b", "same": "s", "new": "n", "other": "n", "failed": "f",
        "abstained": "a", "always": "q",
    }  # fmt: skip


def test_what_abstains_on_both_sides_does_not_stand_for_a_case_of_which_the_rest_is_the_same() -> None:
    scores = (Score(metric="accuracy", value=1), Score.abstain("nothing to find", metric="hit"))
    metrics = {"accuracy": make_metric(), "hit": make_metric("hit"), "new": make_metric("new")}
    run = make_run([make_trial("one", scores=(*scores, Score(metric="new", value=1)))], metrics=metrics)
    suite = SuitePage(head=run, baseline=make_scorecard({"one": (1.0,)}))
    diffs = (make_diff("hit"), make_diff("accuracy"), make_diff("new"))
    seen = gather(suite, TEXTS)
    made = columns(suite, SuiteVerdict(suite="suite", kind=Kind.PASS, diffs=diffs), seen)
    letters = {column.metric.name: column.moves for column in made}
    assert letters == {"accuracy": "s", "hit": "q", "new": "n"}
    told = overall(made, [seen["one"]])
    assert told["moves"] == "s"
    assert made[told["of"][0]].metric.name == "accuracy"


def test_a_metric_by_another_instrument_is_compared_in_no_case() -> None:
    suite = SuitePage(head=make_run([make_trial("one")]), baseline=make_scorecard({"one": (1.0,)}))
    diff = make_diff("accuracy", suite="suite", kind=Kind.NOT_COMPARABLE)
    assert moves(suite, diffs=(diff,)) == {"one": "n"}


def test_the_gravest_move_of_a_case_stands_for_it_and_figures_of_every_reply_have_no_say() -> None:
    metrics = {
        "accuracy": make_metric(),
        "latency_s": make_metric("latency_s", kind="measure", operational=True, better="lower"),
    }
    scores = (Score(metric="accuracy", value=1), Score(metric="latency_s", value=9))
    run = make_run([make_trial("one", scores=scores)], metrics=metrics)
    suite = SuitePage(head=run, baseline=make_scorecard({"one": (1.0,)}))
    verdict = SuiteVerdict(
        suite="suite",
        kind=Kind.PASS,
        diffs=(make_diff("accuracy"), make_diff("latency_s")),
        changes=(change("one", "latency_s"),),
    )
    seen = gather(suite, TEXTS)
    made = columns(suite, verdict, seen)
    assert overall(made, [seen["one"]])["moves"] == "s"
    assert {column.metric.name: column.moves for column in made} == {"accuracy": "s", "latency_s": "w"}


def test_a_case_of_which_nothing_is_scored_is_not_called_failed() -> None:
    suite = SuitePage(head=make_run([make_trial("one", scores=())], metrics={}))
    seen = gather(suite, TEXTS)
    made = columns(suite, SuiteVerdict(suite="suite", kind=Kind.PASS), seen)
    assert overall(made, [seen["one"]])["moves"] == "n"


def test_a_pair_of_values_is_written_once_and_as_everywhere_else() -> None:
    scored = [(Score(metric="accuracy", value=1),), (Score(metric="accuracy", value=0),)]
    run = make_run(
        [make_trial(f"c{place}", reply=make_reply(), scores=scored[place % 2]) for place in range(6)]
    )
    suite = SuitePage(head=run, baseline=make_scorecard({f"c{place}": (1.0, 0.0) for place in range(6)}))
    verdict = SuiteVerdict(suite="suite", kind=Kind.PASS, diffs=(make_diff("accuracy"),))
    (column,) = columns(suite, verdict, gather(suite, TEXTS))
    data = column_data(column, TEXTS)
    assert data["pairs"] == [[0.5, 1.0, "0.50", "1"], [0.5, 0.0, "0.50", "0"]]
    assert data["at"] == [0, 1] * 3
