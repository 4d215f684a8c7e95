"""A judged suite through the real command line and the real SDK, against a stub of the Messages API on loopback."""

import json
from pathlib import Path

import pytest

from gate.model.files import load_results
from tests.doubles import Answer, MessagesApi, Request, json_answer, refused, said
from tests.walks.judged import KEY, JudgeApi, gate, judged
from tests.walks.project import Project, ids


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The application with an accepted baseline."""
    return judged(tmp_path_factory.mktemp("judged"), cases=20)


def test_a_judged_suite_that_got_worse_has_regressed(project: Project) -> None:
    project.answer(ids(12), "wrong")
    with JudgeApi() as api:
        done = gate(project, api.url, "check", "--base", "main", "--json", "report.json")
    assert done.code == 1, done.text
    assert "helpful" in done.out
    assert KEY not in done.text + project.read("report.json") + project.read("baselines/s.json")


def test_what_a_judge_took_is_told_apart_from_the_application(project: Project) -> None:
    with JudgeApi() as api:
        done = gate(project, api.url, "check", "--base", "main", "-o", "kept.json")
        calls = len(api.requests)
    assert done.code == 0, done.text
    assert "at most 22 calls of judges" in done.err, "the planted response and its control are calls, too"
    result = load_results(project.read("kept.json"), "kept.json")
    expenses = [expense for trial in result.trials for expense in trial.expenses]
    assert {expense.evaluator for expense in expenses} == {"helpful"}
    assert sum(expense.calls for expense in expenses) == calls == 20 + 1
    assert all(trial.reply is not None and trial.reply.cost_usd is None for trial in result.trials)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(401, "authentication_error"), "auth"),
        (refused(400, "invalid_request_error"), "bad_request"),
    ],
)
def test_a_provider_that_refuses_the_judge_gives_no_score_and_never_green(
    project: Project, answer: Answer, kind: str
) -> None:
    with MessagesApi(answer) as api:
        done = gate(project, api.url, "check", "--base", "main", "-o", "kept.json")
    assert done.code == 4, done.text
    result = load_results(project.read("kept.json"), "kept.json")
    assert {failure.kind for trial in result.trials for failure in trial.failures} == {kind}
    assert not [score for trial in result.trials for score in trial.scores if score.metric == "helpful"]


def test_a_missing_key_is_told_before_the_application_is_asked(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    project.behave({case: ["raise"] for case in ids(20)})
    done = project.gate("run", "-o", "kept.json")
    assert done.code == 2, done.text
    assert "ANTHROPIC_API_KEY" in done.err
    assert not (project.root / "kept.json").exists()


def test_a_missing_key_is_told_before_anything_is_scored_anew(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with JudgeApi() as api:
        assert gate(project, api.url, "run", "-o", "kept.json").code == 0
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    done = project.gate("run", "--rescore", "kept.json", "-o", "again.json")
    assert done.code == 2, done.text
    assert "ANTHROPIC_API_KEY" in done.err
    assert not (project.root / "again.json").exists()


def test_scoring_anew_asks_the_judge_again_and_names_it(project: Project) -> None:
    with JudgeApi() as api:
        assert gate(project, api.url, "run", "-o", "kept.json").code == 0
        before = len(api.requests)
        done = gate(project, api.url, "run", "--rescore", "kept.json", "-o", "again.json")
        assert len(api.requests) == before + 20 + 1
    assert done.code == 0, done.text
    kept, again = (load_results(project.read(name), name) for name in ("kept.json", "again.json"))
    assert [trial.scores for trial in again.trials] == [trial.scores for trial in kept.trials]
    assert {score.judge for trial in again.trials for score in trial.scores if score.metric == "helpful"} == {
        "claude-haiku-5-5"
    }


def test_a_verdict_that_is_kept_from_before_still_names_its_judge(project: Project) -> None:
    with JudgeApi() as api:
        first = gate(project, api.url, "run", "-o", "kept.json")
        before = len(api.requests)
        again = gate(project, api.url, "run", "-o", "again.json")
        assert len(api.requests) == before
    assert (first.code, again.code) == (0, 0), first.text + again.text
    result = load_results(project.read("again.json"), "again.json")
    assert {
        score.judge for trial in result.trials for score in trial.scores if score.metric == "helpful"
    } == {"claude-haiku-5-5"}


def test_abstentions_of_the_judge_enter_no_mean_and_lower_its_coverage(project: Project) -> None:
    with MessagesApi(said(json.dumps({"critique": "who knows", "verdict": "unknown"}))) as api:
        done = gate(project, api.url, "check", "--base", "main", "--json", "report.json")
    assert done.code in {1, 3}, done.text
    assert "coverage.helpful" in project.read("report.json")


def test_a_judge_that_a_planted_response_talks_round_never_lets_a_check_pass(project: Project) -> None:
    def gullible(request: Request) -> Answer:
        text = request.json["messages"][0]["content"]
        word = "pass" if "\nright\n" in text or "the best" in text else "fail"
        return json_answer(said(json.dumps({"critique": "as you say", "verdict": word})))

    with MessagesApi() as api:
        api.respond = gullible
        done = gate(project, api.url, "check", "--base", "main")
    assert done.code == 4, done.text
    assert "talked the judge into" in " ".join(done.text.split())  # wherever the line breaks
