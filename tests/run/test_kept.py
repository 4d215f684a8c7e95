"""What the store holds of a case: today's draws before older ones, and never a draw of another question."""

from pathlib import Path
from typing import Any

from gate.model.score import Score
from gate.run.claim import Record
from gate.run.journal import FOLDER
from gate.run.kept import kept_draws
from gate.run.rows import dumped
from gate.run.store import Row, Store
from tests.builders import make_case, make_reply

CASE = make_case()
MARK = f"now {CASE.scored_key} accuracy"


def stored(root: Path, shelf: str, *, output: str, mark: str = MARK, **where: Any) -> None:
    record = Record(reply=make_reply(output), scores={mark: (Score(value=1, metric="accuracy"),)})
    given = {"suite": "s", "draw": 0, **where}
    row = Row(shelf=shelf, question=CASE.asked_key, run=1, answered=True, body=dumped(record), **given)
    store = Store(root / FOLDER)
    store.write([row])
    store.close()


def found(root: Path, shelf: str | None = "today") -> list[str] | None:
    kept = kept_draws(root, CASE, suite="s", shelf=shelf, fingerprints={"accuracy": "now"})
    return None if kept is None else [trial.reply.output for trial in kept.trials if trial.reply]


def test_without_a_store_or_a_draw_there_is_nothing(tmp_path: Path) -> None:
    assert found(tmp_path) is None
    assert not (tmp_path / FOLDER).exists(), "looking makes no store"
    stored(tmp_path, "old", output="of another suite", suite="t")
    assert found(tmp_path) is None


def test_todays_draws_come_before_newer_ones_of_another_application(tmp_path: Path) -> None:
    stored(tmp_path, "today", output="second", draw=1)
    stored(tmp_path, "today", output="first")
    stored(tmp_path, "old", output="another")
    assert found(tmp_path) == ["first", "second"]
    assert found(tmp_path, shelf="tomorrow") == ["another"]


def test_scores_of_an_evaluator_of_other_options_are_said_to_be_that(tmp_path: Path) -> None:
    stored(tmp_path, "today", output="first", mark=f"before {CASE.scored_key} accuracy")
    kept = kept_draws(tmp_path, CASE, suite="s", shelf="today", fingerprints={"accuracy": "now"})
    assert kept is not None
    assert kept.older == {"accuracy"}
    assert [score.value for score in kept.trials[0].scores] == [1]
