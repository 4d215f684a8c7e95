"""The store as a person looks at it: what it says is so, and what it removes is what was to go."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from gate.run.connection import FILE
from gate.run.journal import Journal
from gate.run.plan import shelf
from gate.run.runner import run
from gate.run.shelves import Shelves
from gate.run.store import StoreError
from tests.builders import make_reply
from tests.doubles import FakeTarget
from tests.run.plans import make_plan
from tests.run.test_store import CASES, SHELF, Counting, walk

DAY_S = 86_400.0


def aged(root: Path, days: float, *, shelf_key: str = SHELF) -> None:
    """Let what stands on a shelf, and its last use, be so old."""
    when = time.time() - days * DAY_S
    with closing(sqlite3.connect(root / ".gate" / FILE)) as db, db:
        db.execute("UPDATE trials SET made = ? WHERE shelf = ?", (when, shelf_key))
        db.execute("UPDATE shelves SET used = ? WHERE shelf = ?", (when, shelf_key))


def pruned(root: Path, *, days: float | None = None, keep: int | None = None) -> int:
    with Shelves(root / ".gate") as shelves:
        return shelves.prune(older_than_s=None if days is None else days * DAY_S, keep_bytes=keep)


def test_it_says_how_much_is_kept_of_each_suite_and_how_old(tmp_path: Path) -> None:
    walk(
        tmp_path,
        Counting().plan(),
        Counting().plan(name="other", cases=CASES[:1], shelf=shelf({"spec": "t2"})),
    )
    aged(tmp_path, 3)
    with Shelves(tmp_path / ".gate") as shelves:
        one, two = shelves.stats()
        assert shelves.size > 0
    assert (one.suite, one.trials, two.suite, two.trials) == ("other", 1, "suite", 10)
    assert round(two.newest_days) == round(two.oldest_days) == 3
    assert one.oldest_days < 1
    assert two.bytes > 10 * one.bytes / 2


def test_what_no_run_has_looked_for_in_long_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    other = shelf({"spec": "t2"})
    walk(tmp_path, Counting().plan(), Counting().plan(shelf=other))
    for key in (SHELF, other):
        aged(tmp_path, 40, shelf_key=key)
    walk(tmp_path, Counting().plan(cases=CASES[:1]))
    assert pruned(tmp_path, days=30) == 10
    again = Counting()
    walk(tmp_path, again.plan(), again.plan(shelf=other))
    assert len(again.target.asked) == 10


def test_the_longest_unused_goes_until_the_rest_takes_no_more(tmp_path: Path) -> None:
    other = shelf({"spec": "t2"})
    walk(tmp_path, Counting().plan(), Counting().plan(shelf=other))
    aged(tmp_path, 2)
    with Shelves(tmp_path / ".gate") as shelves:
        (stats,) = shelves.stats()
    assert pruned(tmp_path, keep=stats.bytes) == 0
    assert pruned(tmp_path, keep=stats.bytes // 2) == 10
    again = Counting()
    walk(tmp_path, again.plan(shelf=other))
    assert not again.target.asked


def test_a_large_file_gives_its_space_back(tmp_path: Path) -> None:
    target = FakeTarget(lambda *_: make_reply("x" * 100_000))
    walk(tmp_path, make_plan(target, cases=50, shelf=SHELF))
    path = tmp_path / ".gate" / FILE
    assert path.stat().st_size > 4_000_000
    pruned(tmp_path, keep=0)
    assert path.stat().st_size < 200_000


def test_what_belongs_to_a_run_that_is_not_over_stays(tmp_path: Path) -> None:
    one, two = Counting(), Counting()
    journal = Journal(tmp_path, warn=pytest.fail)
    asyncio.run(run(one.plan(shelf=None), journal=journal))
    journal.close(well=False)
    assert pruned(tmp_path, days=0, keep=0) == 0
    walk(tmp_path, two.plan(shelf=None))
    assert not two.target.asked


def test_every_row_is_held_against_its_digest_and_a_broken_one_is_removed(tmp_path: Path) -> None:
    walk(tmp_path, Counting().plan())
    with closing(sqlite3.connect(tmp_path / ".gate" / FILE)) as db, db:
        db.execute("UPDATE trials SET body = body || ' ' WHERE question = ?", (CASES[2].asked_key,))
    with Shelves(tmp_path / ".gate") as shelves:
        found = shelves.verify()
        assert (found.rows, found.broken, found.note) == (10, 1, "")
        assert len(list(shelves.export())) == 9
    assert pruned(tmp_path, days=99) == 1
    with Shelves(tmp_path / ".gate") as shelves:
        assert shelves.verify().broken == 0


def test_an_export_tells_every_trial_as_json(tmp_path: Path) -> None:
    walk(tmp_path, Counting().plan())
    with Shelves(tmp_path / ".gate") as shelves:
        lines = [json.loads(line) for line in shelves.export()]
    assert sorted(line["question"] for line in lines) == sorted(case.asked_key for case in CASES)
    assert {line["suite"] for line in lines} == {"suite"}
    assert all(line["trial"]["reply"]["output"].startswith("case-") for line in lines)


def test_where_there_is_no_store_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is none"):
        Shelves(tmp_path / ".gate")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_not_readable_is_set_aside_and_told(tmp_path: Path) -> None:
    walk(tmp_path, Counting().plan())
    (tmp_path / ".gate" / FILE).write_bytes(b"no database" * 1000)
    with Shelves(tmp_path / ".gate") as shelves:
        found = shelves.verify()
    assert found.rows == 0
    assert "not readable" in found.note
