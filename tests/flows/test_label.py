"""What a person said is never lost: not to another run's responses, to another person, to Windows, nor by going back."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gate.config.labels import dump_labels, load_labels
from gate.flows.label import Desk
from gate.model.calibration import Label
from gate.model.errors import UserError
from gate.model.files import dump_results
from gate.model.run import RunResult, Trial
from tests.builders import make_case, make_metric, make_reply


def results(folder: Path, name: str, outputs: Mapping[str, Sequence[str | None]]) -> Path:
    """A results file with the outputs of each case, one a draw; None is a draw without a reply."""
    trials = tuple(
        Trial(case_id=case_id, index=index, reply=None if output is None else make_reply(output))
        for case_id, drawn in outputs.items()
        for index, output in enumerate(drawn)
    )
    result = RunResult(
        suite="s",
        cases=tuple(make_case(id=case_id, input=f"q {case_id}") for case_id in outputs),
        draws=max(map(len, outputs.values())),
        metrics={"helpful": make_metric(name="helpful")},
        target={},
        trials=trials,
    )
    path = folder / name
    path.write_text(dump_results(result))
    return path


def desk(results: Path, *, output: str = "labels.jsonl") -> Desk:
    return Desk(results, metric="helpful", output=results.parent / output, seed=0)


def told(folder: Path, name: str = "labels.jsonl") -> list[Label]:
    return list(load_labels((folder / name).read_text(encoding="utf-8"), name))


def label_all(one: Desk) -> None:
    while one.waiting:
        one.decide(one.waiting[0], "pass")


def test_the_responses_of_another_run_are_labeled_into_the_same_file(tmp_path: Path) -> None:
    label_all(desk(results(tmp_path, "good.json", {"a": ["well"], "b": ["fine"]})))
    worse = desk(results(tmp_path, "worse.json", {"a": ["bad"], "b": ["fine"]}))
    assert [one.reply.output for one in worse.waiting] == ["bad"], "`fine` is labeled already"
    worse.decide(worse.waiting[0], "fail")
    assert sorted(label.output for label in told(tmp_path)) == ["bad", "fine", "well"]


def test_the_same_response_drawn_again_is_asked_about_once(tmp_path: Path) -> None:
    one = desk(results(tmp_path, "r.json", {"a": ["same", "same", "other"], "b": ["same", "same", "same"]}))
    assert len(one.waiting) == 3
    label_all(one)
    assert (one.done, len(told(tmp_path))) == (3, 3)


def test_going_back_never_takes_away_what_was_said_of_another_run(tmp_path: Path) -> None:
    label_all(desk(results(tmp_path, "good.json", {"a": ["well"]})))
    other = desk(results(tmp_path, "worse.json", {"a": ["bad"]}))
    assert not other.undo()
    other.decide(other.waiting[0], "fail")
    assert other.undo()
    assert not other.undo()
    assert [label.output for label in told(tmp_path)] == ["well"]


def test_two_people_at_one_file_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = results(tmp_path, "r.json", {"a": ["well"], "b": ["fine"]})
    mine, theirs = desk(path), desk(path)
    theirs.decide(theirs.waiting[0], "pass")
    with pytest.raises(UserError, match="changed by somebody else"):
        mine.decide(mine.waiting[1], "fail")
    assert len(told(tmp_path)) == 1
    theirs.decide(theirs.waiting[0], "pass")
    assert len(told(tmp_path)) == 2


def test_a_label_file_from_windows_is_gone_on_with(tmp_path: Path) -> None:
    path = results(tmp_path, "r.json", {"a": ["well"], "b": ["fine"]})
    first = desk(path)
    first.decide(first.waiting[0], "pass")
    text = (tmp_path / "labels.jsonl").read_text().replace("\n", "\r\n")
    (tmp_path / "labels.jsonl").write_bytes(b"\xef\xbb\xbf" + text.encode())
    again = desk(path)
    assert again.done == 1
    again.decide(again.waiting[0], "fail")
    assert [label.label for label in told(tmp_path)] == ["pass", "fail"]


def test_labels_that_are_no_utf_8_are_refused_and_stay(tmp_path: Path) -> None:
    path = results(tmp_path, "r.json", {"a": ["well"]})
    (tmp_path / "labels.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="UTF-8"):
        desk(path)
    assert (tmp_path / "labels.jsonl").read_bytes() == b"\xff\xfe\x00"


def test_a_decision_that_cannot_be_written_is_not_counted(tmp_path: Path) -> None:
    path = results(tmp_path, "r.json", {"a": ["well"]})
    one = desk(path, output="file/labels.jsonl")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError, match="cannot be"):
        one.decide(one.waiting[0], "pass")
    assert (one.done, len(one.waiting)) == (0, 1)


def test_a_response_of_no_case_cannot_be_labeled_and_stops_nothing(tmp_path: Path) -> None:
    path = results(tmp_path, "r.json", {"a": ["well"], "b": ["fine"]})
    path.write_text(path.read_text().replace('"case_id":"b"', '"case_id":"gone"'))
    assert [one.case.id for one in desk(path).waiting] == ["a"]


def test_results_without_a_single_response_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="hold no response"):
        desk(results(tmp_path, "r.json", {"a": [None], "b": [None]}))


def test_labels_of_two_runs_with_the_same_draw_of_a_case_can_stand_in_one_file() -> None:
    one = Label(case_id="a", key="k", metric="m", label="pass", output="well")
    other = one.model_copy(update={"output": "bad", "label": "fail"})
    assert load_labels(dump_labels([one, other]), "labels.jsonl") == (one, other)
