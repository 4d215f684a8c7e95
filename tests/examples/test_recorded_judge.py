"""The example's judge is recorded, says that no model gave its verdicts, and never judges what nobody looked at."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gate.model.files import load_baseline, load_results
from tests.walks.project import Project
from tests.walks.test_recorded import keyless

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "support-bot"
FILE, SOURCE = "verdicts/next_step.jsonl", "a stand-in by rules, no model"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    copied = tmp_path / "bot"
    shutil.copytree(EXAMPLE, copied, ignore=shutil.ignore_patterns("__pycache__", ".gate"))
    return Project(copied)


def judged(project: Project) -> str:
    """What the stand-in says of a fresh run."""
    ran = keyless(project, "run", "-o", "kept.json")
    assert ran.code == 0, ran.text
    script = [sys.executable, "stand_in_judge.py", "kept.json"]
    done = subprocess.run(script, cwd=project.root, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_every_verdict_and_the_baseline_say_that_no_model_gave_them() -> None:
    lines = [json.loads(line) for line in (EXAMPLE / FILE).read_text().splitlines()]
    assert {line["source"] for line in lines} == {SOURCE}
    assert {line["value"] for line in lines} == {0.0, 1.0}
    card = load_baseline((EXAMPLE / "baselines" / "support.json").read_text(), "support.json")
    assert card.metrics["next_step"].judges == (f"recorded: {SOURCE}",)
    assert not [case for case in card.cases.values() if "next_step" in case.abstentions]


def test_all_answers_of_today_have_a_verdict_and_judging_them_again_changes_no_byte(project: Project) -> None:
    before = project.read(FILE)
    assert judged(project).startswith("0 new of")
    assert project.read(FILE) == before


def test_an_answer_of_tomorrow_has_no_verdict_until_somebody_gives_one(project: Project) -> None:
    prompt = project.read("prompts/answer.md")
    project.write("prompts/answer.md", prompt.replace("Answer in at most 3 sentences.", "", 1))
    project.write("prompts/answer.md", project.read("prompts/answer.md") + "- Always give the price.\n")
    before = project.read(FILE).splitlines()
    assert not judged(project).startswith("0 new of")
    trials = load_results(project.read("kept.json"), "kept.json").trials
    scores = [score for trial in trials for score in trial.scores if score.metric == "next_step"]
    missing = {score.asked for score in scores if score.abstained == "not_recorded"}
    after = project.read(FILE).splitlines()
    assert missing == {json.loads(line)["asked"] for line in set(after) - set(before)}
    assert set(before) <= set(after)
    assert after == sorted(after, key=lambda line: str(json.loads(line)["asked"]))


def test_the_judged_metric_sees_the_edit_that_breaks_refunds_and_only_warns(project: Project) -> None:
    project.git("init", "-q", "-b", "main")
    project.commit("the bot")
    prompt = project.read("prompts/answer.md")
    edited = prompt.replace("give the number of days.", "be understanding and reassuring.", 1)
    project.write("prompts/answer.md", edited)
    done = keyless(project, "check", "--base", "main", "--json", "report.json")
    assert done.code == 1, done.text
    verdict = json.loads(project.read("report.json"))["verdict"]
    told = {each["code"]: each for each in verdict["findings"] if each.get("metric") == "next_step"}
    assert not any(each["blocking"] for each in told.values())
    assert SOURCE in told["recorded_verdicts"]["message"]
    assert "next_step           warns" in done.out
