"""What the store holds of an application is found by its fingerprint, and by nothing else."""

from pathlib import Path

import pytest

from gate.run.answers import earlier_answers
from gate.run.claim import Record
from gate.run.journal import FOLDER
from gate.run.plan import shelf
from gate.run.rows import dumped
from gate.run.store import Row, Store
from tests.builders import make_case, make_reply

CASE, OTHER = make_case("one"), make_case("two")
TARGET = {"spec": "t1"}


def keep(root: Path, name: str, *, draw: int = 0, text: str = "kept", body: str | None = None) -> None:
    said = dumped(Record(reply=make_reply(text))) if body is None else body
    row = Row(shelf=name, question=CASE.asked_key, draw=draw, run=1, suite="s", answered=True, body=said)
    store = Store(root / FOLDER)
    store.write([row])
    store.close()


def answers(root: Path, **fields: str | None) -> list[tuple[str, int, str]]:
    found = earlier_answers(root, TARGET, [CASE, OTHER], **fields)
    return [(trial.case_id, trial.index, trial.reply.output) for trial in found if trial.reply is not None]


def test_the_draws_of_the_same_application_are_found_in_their_order(tmp_path: Path) -> None:
    keep(tmp_path, shelf(TARGET), draw=1, text="second")
    keep(tmp_path, shelf(TARGET), draw=0, text="first")
    assert answers(tmp_path) == [("one", 0, "first"), ("one", 1, "second")]


def test_another_application_is_not_taken_for_it(tmp_path: Path) -> None:
    keep(tmp_path, shelf({"spec": "t2"}))
    assert answers(tmp_path) == []


@pytest.mark.parametrize(("sha", "found"), [("a" * 40, 1), ("b" * 40, 0), (None, 0)])
def test_what_was_kept_of_a_commit_belongs_to_that_commit(
    tmp_path: Path, sha: str | None, found: int
) -> None:
    keep(tmp_path, shelf(TARGET, sha="a" * 40))
    assert len(answers(tmp_path, sha=sha)) == found


def test_a_row_that_cannot_be_read_is_passed_over_and_no_store_is_no_answer(tmp_path: Path) -> None:
    assert answers(tmp_path) == []
    assert not (tmp_path / FOLDER).exists()
    keep(tmp_path, shelf(TARGET), body='{"reply": 7}')
    assert answers(tmp_path) == []
