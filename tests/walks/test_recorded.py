"""Recorded verdicts through the real command line: without a key, never another bar, and no number for what is missing."""

import html
import json
from pathlib import Path

import pytest

from gate.model.files import load_baseline, load_results
from tests.walks.judged import JUDGE, ONE, JudgeApi, gate
from tests.walks.project import Ended, Project, ids, make_project

FILE = "verdicts/helpful.jsonl"
RECORDED = {**JUDGE, "with": {**JUDGE["with"], "recorded": FILE}}  # type: ignore[dict-item]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A suite whose judge was asked once: verdicts and baseline are committed."""
    project = make_project(tmp_path_factory.mktemp("recorded"), cases=20, trials=ONE, evaluators=[RECORDED])
    with JudgeApi() as api:
        for arguments in (["run", "-o", "kept.json"], ["record", "kept.json"]):
            done = gate(project, api.url, *arguments)
            assert done.code == 0, done.text
    assert "helpful: 20 verdicts in verdicts/helpful.jsonl, 20 new" in done.out
    assert keyless(project, "accept").code == 0
    (project.root / "kept.json").unlink()
    project.commit("the baseline")
    return project


def keyless(project: Project, *arguments: str) -> Ended:
    nothing = dict.fromkeys(("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"), "")
    home = str(project.root / ".nobody")
    return project.gate(*arguments, env={**nothing, "HOME": home, "XDG_CONFIG_HOME": home})


def test_a_check_needs_no_key_and_says_that_the_verdicts_are_recorded(project: Project) -> None:
    done = keyless(project, "check", "--base", "main", "--markdown", "comment.md", "--json", "report.json")
    assert done.code == 0, done.text
    told = "comes from recorded verdicts, given by: claude-haiku-5-5"
    assert told in " ".join(done.out.split())
    assert told in html.unescape(project.read("comment.md"))
    assert "calls" not in done.err
    card = load_baseline(project.read("baselines/s.json"), "s.json")
    assert card.metrics["helpful"].judges == ("recorded: claude-haiku-5-5",)


def test_recording_the_same_run_again_changes_no_byte(project: Project) -> None:
    before = project.read(FILE)
    assert keyless(project, "run", "-o", "kept.json").code == 0
    done = keyless(project, "record", "kept.json")
    assert (done.code, project.read(FILE)) == (0, before)
    assert "none new" in done.out
    lines = [json.loads(line) for line in before.splitlines()]
    assert [line["asked"] for line in lines] == sorted(line["asked"] for line in lines)


def test_answers_without_a_recorded_verdict_are_abstentions_and_never_pass(project: Project) -> None:
    project.answer(ids(12), "something else")
    done = keyless(project, "check", "--base", "main", "-o", "kept.json")
    assert done.code == 1, done.text
    assert "coverage" in done.text
    trials = load_results(project.read("kept.json"), "kept.json").trials
    scores = [score for trial in trials for score in trial.scores if score.metric == "helpful"]
    assert [score.abstained for score in scores].count("not_recorded") == 12
    assert all(score.value is None for score in scores if score.abstained)


def test_with_a_key_only_what_is_new_is_asked_and_it_is_the_same_judge(project: Project) -> None:
    project.answer(ids(12), "wrong")
    with JudgeApi() as api:
        done = gate(project, api.url, "check", "--base", "main")
        calls = len(api.requests)
    assert done.code == 1, done.text
    assert "REGRESSED: helpful" in done.out
    assert calls <= 12 + 1


def test_whoever_writes_his_own_verdicts_is_not_compared(project: Project) -> None:
    project.git("checkout", "-q", "-b", "mine")
    project.answer(ids(12), "wrong")
    keyless(project, "run", "-o", "kept.json")
    missing = [
        score.asked
        for trial in load_results(project.read("kept.json"), "kept.json").trials
        for score in trial.scores
        if score.abstained == "not_recorded"
    ]
    mine = [json.dumps({"asked": asked, "value": 1, "source": "claude-haiku-5-5"}) for asked in set(missing)]
    (project.root / FILE).write_text(project.read(FILE) + "".join(f"{line}\n" for line in mine))
    project.commit("all of it passes")
    done = keyless(project, "check", "--base", "main")
    assert done.code == 3, done.text
    assert "another evaluator, judge or rubric" in " ".join(done.out.split())


def test_a_calibration_asks_the_model_and_never_the_file(project: Project) -> None:
    card = load_baseline(project.read("baselines/s.json"), "s.json")
    labels = [
        {"case_id": case, "key": card.cases[case].key, "metric": "helpful", "label": label, "output": "right"}
        for case, label in zip(ids(2), ("pass", "fail"), strict=True)
    ]
    project.write("labels.jsonl", "".join(f"{json.dumps(label)}\n" for label in labels))
    arguments = ["calibrate", "judge", "s", "--labels", "labels.jsonl", "--metric", "helpful"]
    alone = keyless(project, *arguments)
    assert (alone.code, "ANTHROPIC_API_KEY" in alone.err) == (2, True), alone.text
    with JudgeApi() as api:
        done = gate(project, api.url, *arguments)
        assert done.code == 0, done.text
        assert len([request for request in api.requests if "\\nright\\n" in request.body.decode()]) >= 4


def test_scores_that_no_gate_wrote_are_refused(project: Project) -> None:
    with JudgeApi() as api:
        project.answer(ids(1), "something new")
        assert gate(project, api.url, "run", "-o", "kept.json").code == 0
    before, kept = project.read(FILE), json.loads(project.read("kept.json"))
    for trial in kept["trials"]:
        for score in trial["scores"]:
            if "asked" in score:
                score["asked"] = "../../x"
    project.write("kept.json", json.dumps(kept))
    done = keyless(project, "record", "kept.json")
    assert done.code == 2, done.text
    assert "cannot be recorded" in done.err
    assert project.read(FILE) == before


def test_a_suite_without_a_recording_judge_has_nothing_to_record(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=3, trials=ONE)
    assert keyless(project, "run", "-o", "kept.json").code == 0
    done = keyless(project, "record", "kept.json")
    assert done.code == 2
    assert "no judge of the suite 's' names a file" in done.err
