"""Results are scored again without asking anything."""

import json
from pathlib import Path

from tests.walks.project import make_project


def test_replies_are_scored_by_todays_evaluators_and_the_application_is_not_asked(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=12)
    assert project.gate("run", "-o", "results.json").code == 0
    project.configure(evaluators=["exact_match", {"use": "contains", "with": {"values": ["wrong"]}}])
    project.behave({"case-001": ["raise"]})
    done = project.gate("run", "--rescore", "results.json", "-o", "again.json")
    assert done.code == 0, done.text
    before, after = (json.loads(project.read(name))["trials"] for name in ("results.json", "again.json"))
    assert [trial["reply"] for trial in after] == [trial["reply"] for trial in before]
    scores = [{score["metric"]: score.get("value") for score in trial["scores"]} for trial in after]
    assert {(each["exact_match"], each["contains"]) for each in scores} == {(1.0, 0.0)}


def test_rescoring_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    done = make_project(tmp_path, cases=12).gate("run", "--rescore", "absent.json")
    assert done.code == 2
    assert "absent.json" in done.text
