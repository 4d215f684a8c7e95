"""The action through its real entry point, against a GitHub that remembers: what each event leaves behind."""

import json

import pytest

from tests.walks.stage import Stage

WAVERING = {"case-003": ["wrong", "right", "right"]}


def test_a_change_that_holds_turns_the_status_green_and_writes_one_comment(stage: Stage) -> None:
    stage.behave({"case-000": ["right"]})
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    acted = stage.run(environment, head=pull.head_sha, entry=("-P", "-m", "gate"))
    assert acted.code == 0, acted.log
    assert acted.states == ["pending", "success"]
    line = f"Pass: no regression found in 40 cases · {pull.head_sha[:7]} against {pull.base_sha[:7]}"
    assert acted.status.description == line
    (comment,) = acted.comments
    sides = f"head={pull.head_sha} base={pull.base_sha}"
    assert comment.startswith(f"<!-- gate:1 check=gate suites=s {sides} verdict=pass -->\n")
    assert pull.head_sha[:7] in comment.split("\n")[1]
    assert pull.base_sha[:7] in comment.split("\n")[1]
    assert acted.outputs["verdict"] == "pass"
    report = json.loads((stage.workspace / acted.outputs["report_json"]).read_text())
    assert report["verdict"]["kind"] == "pass"
    assert (stage.workspace / acted.outputs["report_junit"]).exists()
    assert (stage.workspace / "gate-report" / "results" / "s.json").exists()


def test_a_regression_is_red_everywhere_and_green_replaces_it_in_the_same_comment(stage: Stage) -> None:
    stage.inputs["comment"] = "failures"
    stage.break_cases(12)
    pull = stage.pull()
    acted = stage.act("pull_request.opened", pull=pull)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert str(acted.status.description).startswith("Regressed: exact_match 1.00 → 0.70 · ")
    assert acted.outputs["worst_metric"] == "exact_match"
    assert acted.outputs["exit_code"] == "1"
    assert "**Regressed**" in acted.summary
    assert acted.annotations[0].startswith("::error file=behavior.json,line=1,")
    assert acted.annotations[1].startswith("::error file=cases.jsonl,line=1,title=gate%3A case case-000::")
    assert len(acted.annotations) == 10
    (red,) = stage.repo.comments.values()
    assert red.body.split("\n")[1].startswith("❌ **Regressed**")
    stage.behave({"case-000": ["right"]})
    acted = stage.act("pull_request.synchronize", pull=pull)
    assert (acted.code, acted.states) == (0, ["pending", "success"]), acted.log
    (green,) = stage.repo.comments.values()
    assert green.id == red.id
    assert green.body.split("\n")[1].startswith("✅ **Pass**")
    assert acted.outputs["comment_url"].endswith(f"#issuecomment-{green.id}")


@pytest.mark.parametrize(("mode", "written"), [("always", 1), ("changes", 0), ("failures", 0), ("off", 0)])
def test_a_quiet_pass_is_commented_on_as_the_mode_says(stage: Stage, mode: str, written: int) -> None:
    stage.inputs["comment"] = mode
    stage.behave({"case-000": ["right"]})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, len(acted.comments)) == (0, written), acted.log


def test_a_change_that_touches_no_suite_is_green_and_evaluates_nothing(stage: Stage) -> None:
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states) == (0, ["pending", "success"]), acted.log
    assert "does not touch the only suite" in str(acted.status.description)
    assert "trials" not in acted.log
    assert not acted.comments
    assert acted.outputs["suites"] == "0"
    assert "nothing was evaluated" in acted.summary


def test_a_list_of_files_that_is_not_complete_touches_every_suite(stage: Stage) -> None:
    stage.repo.commit("feature", {f"data/{number}.txt": "" for number in range(3_000)})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert acted.code == 0, acted.log
    assert "s is judged: not all changed files are known" in acted.log


def test_a_file_that_was_moved_away_touches_the_suite_that_it_belonged_to(stage: Stage) -> None:
    text = stage.repo.files_at("main")["behavior.json"].decode()
    stage.repo.commit("feature", {"elsewhere.json": text}, delete=["behavior.json"])
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert acted.code != 0
    assert acted.states[-1] == "error"


@pytest.mark.parametrize(
    ("given", "code", "state", "line"),
    [("", 0, "success", "Can't tell: exact_match"), ("block", 3, "failure", "Can't tell: exact_match")],
)
def test_what_cannot_be_told_warns_or_blocks_as_the_policy_and_the_workflow_say(
    stage: Stage, given: str, code: int, state: str, line: str
) -> None:
    few = "".join(stage.repo.files_at("main")["cases.jsonl"].decode().splitlines(keepends=True)[:12])
    baseline = json.loads(stage.repo.files_at("main")["baselines/s.json"])
    kept = [f"{json.dumps(case)},\n\n" for case in baseline.pop("cases")[:12]]
    text = json.dumps(baseline)[:-1] + ', "cases": [\n' + "".join(kept) + "null\n]}\n"
    stage.repo.commit("main", {"cases.jsonl": few, "baselines/s.json": text})
    stage.repo.branches["feature"] = stage.repo.branches["main"]
    stage.inputs["on_inconclusive"] = given
    stage.behave(WAVERING)
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (code, state), acted.log
    assert str(acted.status.description).startswith(line)
    assert ("(does not block)" in str(acted.status.description)) == (code == 0)


def test_a_base_without_a_baseline_is_never_green(stage: Stage) -> None:
    stage.repo.commit("main", delete=["baselines/s.json"])
    stage.break_cases(0)
    stage.repo.commit("feature", {"app.py": "def answer(input, case): return 'right'\n"})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert "no baseline" in str(acted.status.description)
    assert "gate accept s" in acted.comments[0]


def test_the_pull_request_that_brings_the_gate_itself_is_told_what_to_do(stage: Stage) -> None:
    config = stage.repo.files_at("main")["gate.yaml"]
    stage.repo.commit("main", delete=["gate.yaml"])
    stage.repo.branches["feature"] = stage.repo.head
    stage.repo.commit("feature", {"gate.yaml": config})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert "there is no gate.yaml at" in str(acted.status.description)
    assert "land those first" in acted.comments[0]


def test_what_the_head_changes_of_the_bar_is_shown_and_not_used(stage: Stage) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["gates"] = {"exact_match": {"max_drop": 0.5, "must_catch": 0.6}}
    baseline = stage.repo.files_at("main")["baselines/s.json"].decode()
    lower = baseline.replace('"exact_match":[1,1,1,1,1]', '"exact_match":[0,0,0,0,0]', 12)
    assert lower != baseline
    stage.repo.commit("feature", {"gate.yaml": json.dumps(config), "baselines/s.json": lower})
    stage.break_cases(12)
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert acted.code == 1, acted.log
    (comment,) = acted.comments
    assert "This change lowers the bar" in comment
    assert "max\\_drop" in comment or "max&#95;drop" in comment
    assert "its baseline becomes another one" in comment


def test_the_base_is_the_side_that_the_checkout_was_merged_into(stage: Stage) -> None:
    stage.behave({"case-000": ["right"]})
    pull = stage.pull()
    old = pull.base_sha
    newer = stage.repo.commit("main", {"README.md": "newer\n"})
    environment = stage.environment("pull_request.synchronize", pull=pull)
    assert stage.payload(environment)["pull_request"]["base"]["sha"] == old
    stage.checkout(environment["GITHUB_SHA"])
    acted = stage.run(environment, head=pull.head_sha)
    assert acted.code == 0, acted.log
    assert f"base={newer} " in acted.comments[0]


def test_a_checkout_of_something_else_is_refused(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    acted = stage.act("pull_request.opened", pull=pull, checkout=stage.repo.head)
    assert (acted.code, acted.states[-1]) == (2, "error")
    assert "the workspace holds" in str(acted.status.description)


def test_a_merge_group_is_judged_by_the_base_of_its_queue_and_gets_no_comment(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    branch = stage.repo.queue(pull)
    acted = stage.act(
        "merge_group.checks_requested", pull=pull, branch=branch, checkout=stage.repo.branches[branch]
    )
    head = stage.repo.branches[branch]
    assert acted.code == 1, acted.log
    assert [status.state for status in stage.repo.statuses_of(head)] == ["failure", "pending"]
    assert not acted.comments
    assert f"{head[:7]} against {pull.base_sha[:7]}" in str(stage.repo.statuses_of(head)[0].description)


@pytest.mark.parametrize("event", ["push", "workflow_dispatch", "schedule"])
def test_without_a_pull_request_a_commit_is_judged_and_told_by_its_status(stage: Stage, event: str) -> None:
    before = stage.repo.head
    stage.break_cases(12, branch="main")
    about = {"branch": "main", "before": before} if event == "push" else {}
    acted = stage.act(event, **about)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert not acted.comments
    assert "Compared with" in acted.log


def test_an_edited_title_lets_the_verdict_stand_without_asking_anything_again(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    assert stage.act("pull_request.opened", pull=pull).code == 1
    environment = stage.environment("pull_request.edited", pull=pull)
    stage.payload(environment, changes={"title": {"from": "another"}})
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states) == (1, ["pending", "failure"])
    assert "trials" not in acted.log
    assert "stands" in acted.summary


def test_another_base_branch_is_another_question(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    acted = stage.act("pull_request.edited", pull=pull)
    assert (acted.code, acted.states) == (1, ["pending", "failure"])


def test_an_event_on_which_nothing_can_be_judged_is_not_green(stage: Stage) -> None:
    stage.workspace.mkdir()
    environment = stage.environment("push", branch="main")
    acted = stage.run({**environment, "GITHUB_EVENT_NAME": "issues"}, head="")
    assert acted.code == 2
    assert "remove it from `on:`" in acted.log


def test_a_slash_command_runs_nothing_and_touches_no_status(stage: Stage) -> None:
    pull = stage.pull()
    comment = stage.repo.comment(pull.number, "/gate accept", author="mallory")
    stage.workspace.mkdir()
    acted = stage.run(
        stage.environment("issue_comment.created", pull=pull, comment=comment), head=pull.head_sha
    )
    assert (acted.code, acted.states) == (0, [])
    assert "no command is answered" in acted.summary
    assert not stage.fake.journal.writes


def test_a_comment_of_far_too_many_rows_is_cut_by_whole_rows(stage: Stage) -> None:
    evals = (
        "def graded(input, response, expected):\n"
        "    return {f'metric_{n:04}': float(response == expected) for n in range(300)}\n"
    )
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["trials"] = {"accept": 1}
    config["suites"]["s"]["evaluators"] = [
        {"use": "python", "name": "graded", "with": {"function": "evals.py:graded"}}
    ]
    stage.repo.commit("main", {"gate.yaml": json.dumps(config), "evals.py": evals})
    stage.checkout(stage.repo.head)
    environment = stage.environment("push", branch="main")
    done = stage.run(environment, head=stage.repo.head, entry=("-P", "-c", _ACCEPT))
    assert done.code == 0, done.log
    stage.repo.commit("main", {"baselines/s.json": (stage.workspace / "baselines/s.json").read_text()})
    stage.repo.branches["feature"] = stage.repo.head
    stage.break_cases(12)
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert acted.code == 1, acted.log
    (comment,) = acted.comments
    assert len(comment.encode()) <= 60_000
    assert "more rows: see all metrics below" in comment
    assert "more did not fit here" in comment
    assert comment.count("<details>") == comment.count("</details>")
    assert comment.rstrip().endswith("</sub>")


_ACCEPT = "import sys; from gate.cli import main; sys.argv[1:] = ['accept']; main()"
