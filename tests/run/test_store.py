"""What stands on a shelf is there for every later run, and is never taken for anything but what it is."""

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gate import Failure, Score
from gate.model.case import Case
from gate.model.price import Price
from gate.model.reply import Reply, Sample, Usage
from gate.model.run import RunResult
from gate.run.connection import FILE
from gate.run.journal import Journal, open_journal
from gate.run.plan import RunPlan, shelf
from gate.run.runner import run
from tests.builders import make_case, make_reply
from tests.doubles import FakeEvaluator, FakeTarget
from tests.run.plans import make_cases, make_plan

if TYPE_CHECKING:
    from gate.model.ports import Evaluator

SHELF = shelf({"spec": "t1"})
CASES = make_cases(10)


class Unseen(FakeEvaluator):
    """An evaluator of which it is not known what it depends on."""

    @property
    def whole(self) -> bool:
        return False


class Counting:
    """A target and an evaluator that count what they are asked; each answer tells when it was given."""

    def __init__(self, evaluator: type[FakeEvaluator] = FakeEvaluator) -> None:
        self.target = FakeTarget(
            lambda case, index: make_reply(f"{case.id} {index} {len(self.target.asked)}")
        )
        self.scored: list[tuple[str, int]] = []
        self.evaluator = evaluator("accuracy", self._score)

    def _score(self, sample: Sample) -> Sequence[Score]:
        self.scored.append((sample.case.id, sample.index))
        return [Score(value=1)]

    def plan(self, **fields: Any) -> RunPlan:
        given = {"cases": CASES, "shelf": SHELF, "evaluators": [self.evaluator], **fields}
        return make_plan(self.target, **given)


def walk(root: Path, *plans: RunPlan, warn: Any = pytest.fail) -> list[RunResult]:
    """One walk that does these plans and ends well."""
    with open_journal(root, warn=warn) as journal:
        return [asyncio.run(run(plan, journal=journal)) for plan in plans]


def outputs(result: RunResult) -> list[str]:
    return [trial.reply.output for trial in result.trials if trial.reply is not None]


# --- what is used again ----------------------------------------------------------------------------------------------------


def test_a_later_run_of_the_same_application_asks_and_scores_nothing(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    (before,) = walk(tmp_path, first.plan())
    (after,) = walk(tmp_path, second.plan())
    assert not second.target.asked
    assert not second.scored
    assert after.trials == before.trials


@pytest.mark.parametrize("purposes", [("check", "run"), ("run", "check")])
def test_a_check_and_a_run_look_at_the_same_draws(tmp_path: Path, purposes: tuple[Any, Any]) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan(purpose=purposes[0]))
    walk(tmp_path, two.plan(purpose=purposes[1]))
    assert not two.target.asked


def test_a_repeat_is_never_answered_by_another_draw(tmp_path: Path) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan(draws=1))
    (result,) = walk(tmp_path, two.plan(draws=3))
    assert sorted(two.target.asked) == sorted((case.id, index) for case in CASES for index in (1, 2))
    assert len(set(outputs(result))) == 30


def test_a_second_look_goes_on_from_the_draws_of_the_first(tmp_path: Path) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan(), one.plan(first_index=1, draws=2))
    again = walk(tmp_path, two.plan(), two.plan(first_index=1, draws=2))
    assert not two.target.asked
    assert [len(result.trials) for result in again] == [10, 20]


CHANGES: list[tuple[dict[str, Any], int]] = [
    ({}, 0),
    ({"shelf": shelf({"spec": "t2"}), "target_fingerprint": {"spec": "t2"}}, 10),
    ({"shelf": shelf({"spec": "t1"}, sha="a1")}, 10),
    ({"shelf": None}, 10),
    ({"fresh": True}, 10),
    ({"cases": (make_case("case-0", input="another question"), *CASES[1:])}, 1),
    ({"cases": (make_case("case-0", tags={"a": "b"}), *CASES[1:])}, 1),
    ({"cases": (make_case("case-0", expected="another answer"), *CASES[1:])}, 0),
    ({"cases": CASES[3:]}, 0),
    ({"cases": (make_case("another id", input=CASES[0].input), *CASES[1:])}, 1),
    ({"concurrency": 1, "timeout_s": 7}, 0),
]


@pytest.mark.parametrize(("change", "count"), CHANGES)
def test_only_what_has_changed_is_asked_again(tmp_path: Path, change: dict[str, Any], count: int) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan())
    walk(tmp_path, two.plan(**change))
    assert len(two.target.asked) == count


def test_two_suites_that_ask_one_application_the_same_share_the_answers(tmp_path: Path) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan())
    walk(tmp_path, two.plan(name="another"))
    assert not two.target.asked


def test_a_failure_is_never_used_again(tmp_path: Path) -> None:
    lost = Failure(stage="target", kind="timeout", message="m")
    failing = FakeTarget(lambda case, _: lost if case.id == "case-4" else make_reply())
    walk(tmp_path, make_plan(failing, cases=CASES, shelf=SHELF))
    target = FakeTarget()
    (result,) = walk(tmp_path, make_plan(target, cases=CASES, shelf=SHELF))
    assert target.asked == [("case-4", 0)]
    assert all(trial.reply is not None for trial in result.trials)


def test_what_another_run_paid_counts_against_no_budget(tmp_path: Path) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan())
    more = (*CASES, make_case("new"))
    (result,) = walk(tmp_path, two.plan(cases=more, budget={"calls": 1}))
    assert result.stopped is None
    assert two.target.asked == [("new", 0)]


def test_what_is_kept_can_be_counted_beforehand(tmp_path: Path) -> None:
    one = Counting()
    walk(tmp_path, one.plan(cases=CASES[:6]))
    with open_journal(tmp_path, warn=pytest.fail) as journal:
        assert journal.saved(one.plan()) == 6
        assert journal.saved(one.plan(fresh=True)) == 0
        assert journal.saved(one.plan(shelf=None)) == 0
        assert journal.holds(one.plan(cases=CASES[:6]))
        assert not journal.holds(one.plan())


# --- accept ------------------------------------------------------------------------------------------------------------------


def test_an_accept_takes_draws_of_its_own_and_leaves_none(tmp_path: Path) -> None:
    check, accept, later = Counting(), Counting(), Counting()
    walk(tmp_path, check.plan(purpose="check"))
    for _ in range(2):
        walk(tmp_path, accept.plan(purpose="accept", shelf=None))
    assert len(accept.target.asked) == 20
    (result,) = walk(tmp_path, later.plan(purpose="check"))
    assert not later.target.asked
    assert outputs(result) == [f"case-{n} 0 {n + 1}" for n in range(10)]


# --- fresh draws -------------------------------------------------------------------------------------------------------------


def test_fresh_draws_take_the_place_of_all_older_ones(tmp_path: Path) -> None:
    old, new, later = Counting(), Counting(), Counting()
    walk(tmp_path, old.plan(draws=5))
    fresh = walk(tmp_path, new.plan(fresh=True), new.plan(fresh=True, first_index=1))
    assert len(new.target.asked) == 20
    (kept,) = walk(tmp_path, later.plan(draws=2))
    assert not later.target.asked
    assert sorted(outputs(kept)) == sorted(output for result in fresh for output in outputs(result))
    walk(tmp_path, later.plan(draws=5))
    assert len(later.target.asked) == 30


def test_fresh_draws_of_a_walk_that_ended_badly_are_gone_on_with_and_replace_nothing(tmp_path: Path) -> None:
    old, new, later = Counting(), Counting(), Counting()
    walk(tmp_path, old.plan())
    journal = Journal(tmp_path, warn=pytest.fail)
    asyncio.run(run(new.plan(fresh=True), journal=journal))
    journal.close(well=False)
    (kept,) = walk(tmp_path, later.plan())
    assert outputs(kept) == [f"case-{n} 0 {n + 1}" for n in range(10)]
    again = Counting()
    walk(tmp_path, again.plan(fresh=True))
    assert not again.target.asked


# --- scores ------------------------------------------------------------------------------------------------------------------


def named(name: str, scored: list[str]) -> FakeEvaluator:
    def score(sample: Sample) -> Sequence[Score]:
        scored.append(name)
        return [Score(value=1, explanation=f"{name} of {sample.case.id}")]

    return FakeEvaluator(name, score)


def scores_of(result: RunResult) -> list[list[str]]:
    return [[score.metric for score in trial.scores] for trial in result.trials]


def test_a_new_evaluator_scores_what_is_kept_and_the_others_are_not_asked_again(tmp_path: Path) -> None:
    scored: list[str] = []
    one, two, three = (named(name, scored) for name in ("one", "two", "three"))
    counting = Counting()
    walk(tmp_path, counting.plan(evaluators=[one, two]))
    scored.clear()
    (result,) = walk(tmp_path, counting.plan(evaluators=[three, two, one]))
    assert len(counting.target.asked) == 10
    assert scored == ["three"] * 10
    assert scores_of(result) == [["three", "two", "one"]] * 10
    scored.clear()
    walk(tmp_path, counting.plan(evaluators=[one, two]), counting.plan(evaluators=[three]))
    assert not scored


@pytest.mark.parametrize("told", [{"expected": "another answer"}, {"feedback": {"thumbs": "down"}}], ids=str)
def test_what_is_expected_and_what_users_said_is_scored_anew_and_not_asked(
    tmp_path: Path, told: dict[str, Any]
) -> None:
    one, two = Counting(), Counting()
    walk(tmp_path, one.plan())
    walk(tmp_path, two.plan(cases=(make_case("case-0", **told), *CASES[1:])))
    assert not two.target.asked
    assert two.scored == [("case-0", 0)]


def test_an_evaluator_that_may_have_changed_unseen_scores_anew_and_the_others_do_not(tmp_path: Path) -> None:
    seen: list[str] = []
    one, two = Counting(Unseen), Counting(Unseen)
    both: list[Evaluator] = [named("steady", seen), one.evaluator]
    walk(tmp_path, one.plan(evaluators=both))
    seen.clear()
    walk(tmp_path, two.plan(evaluators=[both[0], two.evaluator]))
    assert not two.target.asked
    assert len(two.scored) == 10
    assert not seen


def test_even_such_an_evaluator_scores_nothing_twice_after_an_interruption(tmp_path: Path) -> None:
    one, two = Counting(Unseen), Counting(Unseen)
    journal = Journal(tmp_path, warn=pytest.fail)
    asyncio.run(run(one.plan(), journal=journal))
    journal.close(well=False)
    walk(tmp_path, two.plan())
    assert not two.target.asked
    assert not two.scored


def test_an_evaluator_that_failed_is_asked_again_and_the_others_are_not(tmp_path: Path) -> None:
    seen: list[str] = []
    bad = FakeEvaluator("other", lambda _: [Score(value=0.5)])
    good = named("good", seen)
    walk(tmp_path, Counting().plan(evaluators=[good, bad]))
    seen.clear()
    again = named("other", seen)
    (result,) = walk(tmp_path, Counting().plan(evaluators=[good, again]))
    assert seen == ["other"] * 10
    assert scores_of(result) == [["good", "other"]] * 10


def test_what_a_reply_costs_follows_the_prices_of_today(tmp_path: Path) -> None:
    dear, cheap = Price(input=3, output=10), Price(input=1, output=2)
    usage = Usage(input_tokens=1_000_000, output_tokens=500_000)
    target = FakeTarget(lambda *_: make_reply(model="m", usage=usage, cost_usd=0.5))

    def cost(prices: dict[str, Price], *, case: int) -> float | None:
        evaluators = [named(f"e{len(scored)}", scored)]  # scored anew every time, and so written anew
        plan = make_plan(target, cases=[CASES[case]], shelf=SHELF, prices=prices, evaluators=evaluators)
        (result,) = walk(tmp_path, plan)
        reply = result.trials[0].reply
        return reply.cost_usd if reply is not None else None

    scored: list[str] = []
    changes: list[dict[str, Price]] = [{}, {"m": dear}, {"m*": dear}, {"m": cheap}, {"other": dear}]
    assert [cost(prices, case=0) for prices in changes] == [0.5, 8, 8, 2, 0.5]
    assert [cost(prices, case=1) for prices in ({"m": dear}, {"m": cheap}, {})] == [8, 2, None]
    assert len(target.asked) == 2


# --- what goes wrong -----------------------------------------------------------------------------------------------------------


def spoil(root: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(root / ".gate" / FILE)) as db, db:
        db.execute(statement, values)


def test_a_row_that_was_altered_is_asked_again_with_a_word_and_is_right_afterwards(tmp_path: Path) -> None:
    walk(tmp_path, Counting().plan())
    question = CASES[3].asked_key
    spoil(tmp_path, "UPDATE trials SET body = replace(body, 'case-3', 'case-x') WHERE question = ?", question)
    told: list[str] = []
    two, three = Counting(), Counting()
    (result,) = walk(tmp_path, two.plan(), warn=told.append)
    assert two.target.asked == [("case-3", 0)]
    assert "case-x" not in " ".join(outputs(result))
    (warning,) = told
    assert "'case-3'" in warning
    walk(tmp_path, three.plan())
    assert not three.target.asked


def test_a_row_in_the_place_of_another_is_not_taken_for_it(tmp_path: Path) -> None:
    walk(tmp_path, Counting().plan())
    one, other = CASES[0].asked_key, CASES[1].asked_key
    spoil(tmp_path, "DELETE FROM trials WHERE question = ?", one)
    spoil(tmp_path, "UPDATE trials SET question = ? WHERE question = ?", one, other)
    two = Counting()
    (result,) = walk(tmp_path, two.plan(), warn=lambda _: None)
    assert sorted(two.target.asked) == [("case-0", 0), ("case-1", 0)]
    assert [output.split()[0] for output in outputs(result)] == [case.id for case in CASES]


def test_two_runs_of_one_shelf_at_once_keep_the_first_answer(tmp_path: Path) -> None:
    one, two, later = Counting(), Counting(), Counting()
    with (
        open_journal(tmp_path, warn=pytest.fail) as first,
        open_journal(tmp_path, warn=pytest.fail) as second,
    ):
        both = asyncio.run(
            _both(run(one.plan(), journal=first), run(two.plan(cases=CASES[::-1]), journal=second))
        )
    assert [len(result.trials) for result in both] == [10, 10]
    (kept,) = walk(tmp_path, later.plan())
    assert not later.target.asked
    assert set(outputs(kept)) <= set(outputs(both[0])) | set(outputs(both[1]))


async def _both(one: Any, two: Any) -> list[RunResult]:
    return list(await asyncio.gather(one, two))


def test_a_store_that_was_carried_elsewhere_is_right_there_too(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    walk(tmp_path / "here", Counting().plan())
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    same, other = Counting(), Counting()
    walk(tmp_path / "there", same.plan())
    assert not same.target.asked
    another = {"target_fingerprint": {"spec": "of another branch"}}
    walk(tmp_path / "there", other.plan(shelf=shelf(another["target_fingerprint"]), **another))
    assert len(other.target.asked) == 10


def test_credentials_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "very-secret-value")

    def answer(case: Case, _: int) -> Reply:
        return make_reply(f"{case.id}: very-secret-value")

    walk(tmp_path, make_plan(FakeTarget(answer), cases=CASES, shelf=SHELF))
    content = b"".join(path.read_bytes() for path in (tmp_path / ".gate").iterdir() if path.is_file())
    assert b"case-1:" in content
    assert b"very-secret-value" not in content


def test_only_the_latest_scorings_of_a_reply_are_kept(tmp_path: Path) -> None:
    counting = Counting()
    for number in range(45):
        walk(tmp_path, counting.plan(cases=CASES[:1], evaluators=[named(f"e{number}", [])]))
    with closing(sqlite3.connect(tmp_path / ".gate" / FILE)) as db:
        ((body,),) = db.execute("SELECT body FROM trials").fetchall()
    assert "e44 of" in body
    assert "e4 of" not in body
    assert len(counting.target.asked) == 1
