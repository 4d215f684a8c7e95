import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gate import Failure, Score
from gate.model.case import Case
from gate.model.errors import InterruptedRunError
from gate.model.reply import Reply
from gate.model.run import RunResult
from gate.run.connection import FILE
from gate.run.journal import Journal, open_journal
from gate.run.plan import RunPlan
from gate.run.runner import run
from tests.builders import make_case, make_reply, make_trial
from tests.doubles import FakeEvaluator, FakeTarget
from tests.run.plans import make_cases, make_plan


@contextmanager
def journal_of(root: Path, warnings: list[str] | None = None) -> Iterator[Journal]:
    told: list[str] = []
    with open_journal(root, warn=told.append if warnings is None else warnings.append) as journal:
        yield journal
    assert not told


def do(plan: RunPlan, journal: Journal) -> RunResult:
    return asyncio.run(run(plan, journal=journal))


def unwritten(root: Path, plan: RunPlan) -> None:
    """Do a plan, and end the walk before its result is written down."""
    journal = Journal(root, warn=pytest.fail)
    do(plan, journal)
    journal.close(well=False)


def interrupted(root: Path, *, after: int, cases: tuple[Case, ...] | int = 10, **plan: Any) -> None:
    """Run a plan until `after` trials are on disk, and no further."""

    async def walk(journal: Journal) -> None:
        reached = asyncio.Event()

        async def answer(case: Case, _: int) -> Reply:
            if len(target.asked) > after:
                reached.set()
                await asyncio.Event().wait()
            return make_reply(f"first {case.id}")

        target = FakeTarget(answer)
        task = asyncio.create_task(
            run(make_plan(target, cases=cases, concurrency=1, **plan), journal=journal)
        )
        await reached.wait()
        task.cancel()
        await task

    with pytest.raises(InterruptedRunError, match="the same command goes on"), journal_of(root) as journal:
        asyncio.run(walk(journal))


def asked_again(root: Path, *, cases: tuple[Case, ...] | int = 10, **plan: Any) -> list[str]:
    """The cases that the same plan asks after the interruption."""
    target = FakeTarget()
    with journal_of(root) as journal:
        do(make_plan(target, cases=cases, **plan), journal)
    return [case_id for case_id, _ in target.asked]


# --- resuming --------------------------------------------------------------------------------------------------------------


def test_what_was_finished_before_an_interruption_is_not_asked_again(tmp_path: Path) -> None:
    interrupted(tmp_path, after=6)
    target = FakeTarget()
    with journal_of(tmp_path) as journal:
        result = do(make_plan(target, cases=10), journal)
    assert sorted(target.asked) == [(f"case-{n}", 0) for n in range(6, 10)]
    outputs = [trial.reply.output for trial in result.trials if trial.reply]
    assert outputs == [f"first case-{n}" for n in range(6)] + [f"answer to case-{n}" for n in range(6, 10)]
    assert all(trial.scores == (Score(value=1, metric="accuracy"),) for trial in result.trials)


def test_a_run_may_be_interrupted_again_and_again(tmp_path: Path) -> None:
    interrupted(tmp_path, after=3)
    interrupted(tmp_path, after=3)
    assert len(asked_again(tmp_path)) == 4


def test_a_walk_that_ended_well_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    for _ in range(2):
        assert len(asked_again(tmp_path)) == 10
    assert not list((tmp_path / ".gate").glob("run-*.lock"))


def write_down(root: Path) -> None:
    with journal_of(root) as journal:
        do(make_plan(cases=10), journal)
        raise OSError("the disk is full")


def test_what_was_found_is_kept_until_it_is_written_down(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="disk"):
        write_down(tmp_path)
    assert asked_again(tmp_path) == []
    assert len(asked_again(tmp_path)) == 10


def test_a_run_that_its_budget_stopped_goes_on_where_the_budget_was_raised(tmp_path: Path) -> None:
    with journal_of(tmp_path) as journal:
        assert do(make_plan(cases=10, budget={"calls": 4}), journal).stopped
    with journal_of(tmp_path) as journal:
        result = do(make_plan(FakeTarget(), cases=10, budget={"calls": 4}), journal)
    assert result.stopped is not None, "a cap counts what was paid before the interruption"
    assert len(asked_again(tmp_path, budget={"calls": 10})) == 6


def test_what_was_paid_before_an_interruption_counts_even_where_it_is_scored_again(tmp_path: Path) -> None:
    bad = FakeEvaluator(scored=lambda _: [Score(value=0.5)])
    unwritten(tmp_path, make_plan(cases=10, evaluators=[bad], budget={"calls": 4}))
    target = FakeTarget()
    with journal_of(tmp_path) as journal:
        result = do(make_plan(target, cases=10, budget={"calls": 6}), journal)
    assert len(target.asked) == 2
    assert len([trial for trial in result.trials if trial.scores]) == 6


def test_a_failure_of_the_target_is_asked_again_and_one_of_an_evaluator_only_scored_again(
    tmp_path: Path,
) -> None:
    def answer(case: Case, _: int) -> Reply | Failure:
        lost = Failure(stage="target", kind="timeout", message="m")
        return lost if case.id == "case-0" else make_reply(f"first {case.id}")

    def scored(sample: Any) -> list[Score]:
        return [Score(value=1 if sample.case.id != "case-1" else 0.5)]

    unwritten(tmp_path, make_plan(FakeTarget(answer), evaluators=[FakeEvaluator(scored=scored)]))
    target = FakeTarget()
    with journal_of(tmp_path) as journal:
        result = do(make_plan(target), journal)
    assert target.asked == [("case-0", 0)]
    assert [trial.reply and trial.reply.output for trial in result.trials] == [
        "answer to case-0",
        "first case-1",
        "first case-2",
    ]
    assert all(trial.scores and not trial.failures for trial in result.trials)


CASES = make_cases(10)
ONE = {"accuracy": 1}


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 4),
        ({"cases": (make_case("case-0", input="another question"), *CASES[1:])}, 5),
        ({"cases": (make_case("case-0", expected="another answer"), *CASES[1:])}, 4),
        ({"cases": (make_case("case-0", tags={"a": "b"}), *CASES[1:])}, 5),
        ({"cases": CASES[5:]}, 4),
        ({"cases": (*CASES, make_case("new"))}, 5),
        ({"target_fingerprint": {"spec": "t2"}}, 10),
        ({"evaluators": [FakeEvaluator("other")]}, 4),
        ({"purpose": "accept"}, 10),
        ({"draws": 2}, 20),
        ({"first_index": 1}, 10),
        ({"resume": False}, 10),
        ({"concurrency": 9, "timeout_s": 99}, 4),
    ],
    ids=lambda value: ",".join(value) or "nothing" if isinstance(value, dict) else "",
)
def test_only_what_is_still_the_same_is_taken_up(tmp_path: Path, change: dict[str, Any], count: int) -> None:
    interrupted(tmp_path, after=6, cases=CASES)
    assert len(asked_again(tmp_path, **{"cases": CASES, **change})) == count


def test_a_run_that_is_not_to_be_resumed_forgets_what_was_interrupted(tmp_path: Path) -> None:
    interrupted(tmp_path, after=6)
    interrupted(tmp_path, after=1, resume=False)
    assert len(asked_again(tmp_path)) == 9


def test_an_interrupted_run_is_forgotten_after_a_week(tmp_path: Path) -> None:
    interrupted(tmp_path, after=6)
    with closing(sqlite3.connect(tmp_path / ".gate" / FILE)) as db, db:
        db.execute("UPDATE runs SET started = ?", (time.time() - 8 * 86_400,))
    assert len(asked_again(tmp_path)) == 10


@pytest.mark.parametrize("text", ["\0", "\ud800", "🙂", "x" * 1_000_000, '"\n\u2028'])
def test_hostile_texts_come_back_as_they_were(tmp_path: Path, text: str) -> None:
    case = make_case("a\0\u2028🙂", input=text)
    unwritten(tmp_path, make_plan(FakeTarget(lambda *_: make_reply(text)), cases=[case]))
    with journal_of(tmp_path) as journal:
        result = do(make_plan(FakeTarget(lambda *_: pytest.fail("asked again")), cases=[case]), journal)
    assert result.trials[0].reply == make_reply(text)


# --- several at once -------------------------------------------------------------------------------------------------------


def test_two_runs_of_one_key_never_share_a_trial(tmp_path: Path) -> None:
    with journal_of(tmp_path) as first, journal_of(tmp_path) as second:
        one, two = first.claim(make_plan()), second.claim(make_plan())
        case = make_case()
        asyncio.run(one.keep(case, make_trial(case.id, reply=make_reply("one")), shares=ONE))
        asyncio.run(two.keep(case, make_trial(case.id, reply=make_reply("two")), shares=ONE))
        for claim, output in ((one, "one"), (two, "two")):
            mine = claim.kept(case, index=0)
            assert mine is not None
            assert mine.trial.reply == make_reply(output)
        one.complete = True
    with journal_of(tmp_path) as third:
        kept = third.claim(make_plan()).kept(case, index=0)
    assert kept is not None
    assert kept.trial.reply == make_reply("two")


def test_the_run_that_did_most_is_taken_up_first(tmp_path: Path) -> None:
    with journal_of(tmp_path) as first, journal_of(tmp_path) as second:
        few, many = first.claim(make_plan()), second.claim(make_plan())
        asyncio.run(few.keep(make_case(), make_trial(), shares=ONE))
        for index in range(3):
            asyncio.run(many.keep(make_case(), make_trial(index=index), shares=ONE))
    with journal_of(tmp_path) as third:
        claim = third.claim(make_plan())
        assert [claim.kept(make_case(), index=index) is not None for index in range(3)] == [True] * 3


def test_trials_that_finish_together_share_a_commit(tmp_path: Path) -> None:
    batches: list[int] = []

    async def keep_all(journal: Journal) -> None:
        claim = journal.claim(make_plan())
        write = claim.slot.write

        def counted(batch: Any) -> bool:
            batches.append(len(batch))
            return write(batch)

        claim.slot = replace(claim.slot, write=counted)
        trials = ((make_case(f"c{n}"), make_trial(f"c{n}")) for n in range(100))
        await asyncio.gather(*(claim.keep(case, trial, shares=ONE) for case, trial in trials))

    with journal_of(tmp_path) as journal:
        asyncio.run(keep_all(journal))
    assert sum(batches) == 100
    assert len(batches) <= 2


# --- what goes wrong ---------------------------------------------------------------------------------------------------------


def corrupt_header(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def corrupt_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xab" * (len(content) - 4096)
    path.write_bytes(content)


def corrupt_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 4096 + 100])


def corrupt_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize("spoil", [corrupt_header, corrupt_middle, corrupt_cut, corrupt_version])
def test_a_journal_that_is_not_readable_is_set_aside_with_a_word(tmp_path: Path, spoil: Any) -> None:
    interrupted(tmp_path, after=6)
    path = tmp_path / ".gate" / FILE
    spoil(path)
    spoiled = path.read_bytes()
    told: list[str] = []
    target = FakeTarget()
    with journal_of(tmp_path, told) as journal:
        result = do(make_plan(target, cases=10), journal)
    assert len(target.asked) == len(result.trials) == 10
    (warning,) = told
    assert "not readable" in warning
    aside = path.with_name(f"{FILE}.unreadable-1")
    assert aside.name in warning
    assert aside.read_bytes() == spoiled
    interrupted(tmp_path, after=6)
    assert len(asked_again(tmp_path)) == 4


def test_a_row_that_is_not_readable_is_asked_again_with_a_word(tmp_path: Path) -> None:
    interrupted(tmp_path, after=6)
    with closing(sqlite3.connect(tmp_path / ".gate" / FILE)) as db, db:
        question = make_case("case-2").asked_key
        db.execute("UPDATE trials SET body = substr(body, 1, 20) WHERE question = ?", (question,))
    told: list[str] = []
    target = FakeTarget()
    with journal_of(tmp_path, told) as journal:
        do(make_plan(target, cases=10), journal)
    assert sorted(case_id for case_id, _ in target.asked) == [
        "case-2",
        "case-6",
        "case-7",
        "case-8",
        "case-9",
    ]
    (warning,) = told
    assert "case-2" in warning


def test_a_folder_that_cannot_be_written_costs_the_journal_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / ".gate").write_text("a file where the folder should be")
    told: list[str] = []
    with journal_of(tmp_path, told) as journal:
        assert len(do(make_plan(cases=10), journal).trials) == 10
    (warning,) = told
    assert "cannot be used" in warning


def test_a_journal_that_breaks_on_the_way_is_told_once_and_the_run_goes_on(tmp_path: Path) -> None:
    told: list[str] = []

    def answer(case: Case, _: int) -> Reply:
        if case.id == "case-3":
            with closing(sqlite3.connect(tmp_path / ".gate" / FILE)) as db, db:
                db.execute("DROP TABLE trials")
        return make_reply()

    with journal_of(tmp_path, told) as journal:
        result = do(make_plan(FakeTarget(answer), cases=10, concurrency=1), journal)
    assert len(result.trials) == 10
    assert "asked again" in told[0]
    assert "still holds a run that is over" in told[1]
    assert len(told) == 2


def test_what_users_asked_is_kept_out_of_git(tmp_path: Path) -> None:
    with journal_of(tmp_path):
        assert (tmp_path / ".gate" / ".gitignore").read_text() == "*\n"


def test_a_journal_has_room_for_large_runs_and_gives_it_back(tmp_path: Path) -> None:
    path = tmp_path / ".gate" / FILE
    target = FakeTarget(lambda *_: make_reply("x" * 100_000))
    unwritten(tmp_path, make_plan(target, cases=100))
    assert path.stat().st_size > 8_000_000
    assert asked_again(tmp_path, cases=100) == []
    assert path.stat().st_size < 1_000_000
