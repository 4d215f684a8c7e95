"""The action through its real entry point, against a GitHub that remembers: what each event leaves behind."""

import json

import pytest

from gate.compare.tally import tally
from gate.model.files import dump_baseline, dump_results, load_results
from gate.model.run import RunResult
from tests.walks.project import ids
from tests.walks.stage import Stage

WAVERING = {"case-003": ["wrong", "right", "right"]}


def test_a_change_that_holds_turns_the_status_green_and_writes_one_comment(stage: Stage) -> None:
    stage.behave({"case-000": ["right"]})
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    acted = stage.run(environment, head=pull.head_sha, entry=("-IB", "-m", "gate"))
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
    page = (stage.workspace / acted.outputs["report_html"]).read_text()
    assert page.startswith("<!doctype html>")
    assert '"case-039"' in page  # every case, and not only those of the report
    assert "`gate-report/report.html`" in acted.summary
    assert (stage.workspace / "gate-report" / "results" / "s.json").exists()
    assert (stage.workspace / "gate-report" / "traces" / "spans.jsonl").exists()


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
    assert "the bar" not in acted.comments[0], "the workflow's own word is no change of the head's"


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
    assert "the base has no gate.yaml" in str(acted.status.description)
    assert "if this change brings the gate, merge it" in acted.comments[0]


def test_a_config_that_was_renamed_is_asked_for_by_its_name_in_the_repository(stage: Stage) -> None:
    config = stage.repo.files_at("main")["gate.yaml"]
    stage.repo.commit("feature", {"gates.yaml": config}, delete=["gate.yaml"])
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert str(acted.status.description).startswith("Error: this commit has no gate.yaml")
    assert str(stage.folder) not in acted.comments[0]


def test_a_suite_that_is_taken_out_is_for_a_maintainer_to_decide(stage: Stage) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    kept = json.dumps(config)
    config["suites"]["other"] = dict(config["suites"]["s"], baseline="baselines/other.json")
    stage.repo.commit("main", {"gate.yaml": json.dumps(config)})
    stage.repo.branches["feature"] = stage.repo.head
    stage.repo.commit("feature", {"gate.yaml": kept})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (3, "failure"), acted.log
    assert "suite other is taken out" in acted.comments[0]
    assert "merge past this check" in acted.comments[0]
    assert "accept" not in acted.comments[0]


def test_a_run_that_failed_offers_nothing_to_accept(stage: Stage) -> None:
    stage.repo.commit("feature", {"app.py": "def answer(input, case): raise OSError('down')\n"})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (4, "error"), acted.log
    assert "Look at the failures" in acted.comments[0]
    assert "accept" not in acted.comments[0]


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


@pytest.mark.parametrize("event", ["push", "schedule"])
def test_without_a_pull_request_a_commit_is_judged_and_told_by_its_status(stage: Stage, event: str) -> None:
    before = stage.repo.head
    stage.break_cases(12, branch="main")
    about = {"branch": "main", "before": before} if event == "push" else {}
    acted = stage.act(event, **about)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert not acted.comments
    assert "Compared with" in acted.log


@pytest.mark.parametrize("event", ["push", "workflow_dispatch"])
def test_a_commit_that_a_pull_request_waits_for_is_judged_by_its_base_whatever_the_event(
    stage: Stage, event: str
) -> None:
    baseline = stage.repo.files_at("main")["baselines/s.json"].decode()
    lower = baseline.replace('"exact_match":[1,1,1,1,1]', '"exact_match":[0,0,0,0,0]', 12)
    before = stage.repo.commit("feature", {"baselines/s.json": lower})
    stage.break_cases(12)
    pull = stage.pull()
    about = {"branch": "feature", "before": before} if event == "push" else {"branch": "feature"}
    stage.permissions = {"contents": "read", "pull_requests": "read", "statuses": "write"}
    acted = stage.act(event, checkout=pull.head_sha, **about)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert "the base of pull request" in acted.log
    assert f"against {pull.base_sha[:7]}" in str(acted.status.description)
    assert not acted.comments


def test_a_strangers_pull_request_of_a_commit_of_ours_names_no_base(stage: Stage) -> None:
    before = stage.repo.head
    stage.repo.commit("old", delete=["baselines/s.json"])
    stage.break_cases(12, branch="main")
    theirs = stage.fake.fork(stage.repo, owner="mallory")
    stage.repo.pull("main", fork=theirs, author="mallory", base="old")
    acted = stage.act("push", branch="main", before=before)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert f"against {before[:7]}" in str(acted.status.description)


def test_files_of_a_later_head_do_not_tell_what_an_earlier_one_touched(stage: Stage) -> None:
    before = stage.repo.files_at("main")["behavior.json"].decode()
    stage.break_cases(12)
    pull = stage.pull()
    environment, judged = stage.environment("pull_request.synchronize", pull=pull), pull.head_sha
    stage.checkout(environment["GITHUB_SHA"])
    stage.repo.commit("feature", {"behavior.json": before})
    acted = stage.run(environment, head=judged)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert "another head or base by now" in acted.log
    assert not acted.comments, "the run of the newer head has the word"
    assert "left to the run of the newer head" in acted.summary


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


def test_a_comment_that_gives_no_command_runs_nothing_and_asks_nothing(stage: Stage) -> None:
    pull = stage.pull()
    comment = stage.repo.comment(pull.number, "should we /gate accept this?", author="mallory")
    stage.workspace.mkdir()
    acted = stage.run(
        stage.environment("issue_comment.created", pull=pull, comment=comment), head=pull.head_sha
    )
    assert (acted.code, acted.states) == (0, [])
    assert "gives no command" in acted.summary
    assert not stage.fake.journal


def test_a_comment_of_far_too_many_rows_is_cut_by_whole_rows(stage: Stage, results: dict[str, str]) -> None:
    baseline = dump_baseline(tally(with_metrics(results["green"], number=500)))
    stage.repo.commit("main", {"baselines/s.json": baseline})
    stage.repo.branches["feature"] = stage.repo.head
    stage.behave({"case-000": ["right"]})
    stage.inputs["results"] = "results.json"
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    (stage.workspace / "results.json").write_text(
        dump_results(with_metrics(results["green"], number=500, value=0.0))
    )
    acted = stage.run(environment, head=pull.head_sha)
    assert acted.code == 1, acted.log
    (comment,) = acted.comments
    assert len(comment.encode()) <= 60_000
    assert "more rows: see all metrics below" in comment
    assert "more did not fit here" in comment
    assert comment.count("<details>") == comment.count("</details>")
    assert "</sub>" in comment[-500:]


def with_metrics(text: str, *, number: int, value: float = 1.0) -> RunResult:
    """A run in which so many instruments all gave the same value."""
    result = load_results(text, "results.json")
    names = [f"a_metric_whose_name_takes_some_of_its_row_{index:04}" for index in range(number)]
    one = result.metrics["exact_match"]
    trials = []
    for trial in result.trials:
        score = next(score for score in trial.scores if score.metric == "exact_match")
        scores = tuple(score.model_copy(update={"metric": name, "value": value}) for name in names)
        trials.append(trial.model_copy(update={"scores": scores}))
    metrics = {name: one.model_copy(update={"name": name}) for name in names}
    return result.model_copy(update={"trials": tuple(trials), "metrics": metrics})


def test_a_config_in_a_folder_is_read_there_on_both_sides_and_its_notes_stand_there(stage: Stage) -> None:
    moved = {f"evals/{name}": content for name, content in stage.repo.files_at("main").items()}
    stage.repo.commit("main", moved, delete=list(stage.repo.files_at("main")))
    stage.repo.branches["feature"] = stage.repo.head
    stage.inputs["config"] = "evals/gate.yaml"
    behavior = json.dumps({case: ["wrong"] for case in ids(12)})
    stage.repo.commit("feature", {"evals/behavior.json": behavior, "behavior.json": "another one"})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert "s is judged: evals/behavior.json is changed" in acted.log
    assert acted.annotations[0].startswith("::error file=evals/behavior.json,line=1,")
    assert acted.annotations[1].startswith("::error file=evals/cases.jsonl,line=1,")


def test_two_checks_side_by_side_have_a_status_and_a_comment_each(stage: Stage) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["other"] = dict(config["suites"]["s"], baseline="baselines/other.json")
    baseline = (
        stage.repo.files_at("main")["baselines/s.json"].decode().replace('"suite": "s"', '"suite": "other"')
    )
    stage.repo.commit("main", {"gate.yaml": json.dumps(config), "baselines/other.json": baseline})
    stage.repo.branches["feature"] = stage.repo.head
    stage.behave({"case-000": ["right"]})
    pull = stage.pull()
    for suite in ("s", "other"):
        stage.inputs |= {"status": f"gate-{suite}", "suites": suite}
        acted = stage.act("pull_request.opened", pull=pull)
        assert (acted.code, acted.outputs["suites"]) == (0, "1"), acted.log
    found = {status.context: status.state for status in stage.repo.statuses}
    assert found == {"gate-s": "success", "gate-other": "success"}
    assert [body.split(" head=")[0] for body in acted.comments] == [
        "<!-- gate:1 check=gate-s suites=s",
        "<!-- gate:1 check=gate-other suites=other",
    ]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"suites": "sss"}, "there is no suite 'sss'"),
        ({"base": "nowhere"}, "GitHub knows no commit of that name"),
    ],
)
def test_an_input_that_names_nothing_is_an_error_at_the_commit(
    stage: Stage, inputs: dict[str, str], said: str
) -> None:
    stage.inputs |= inputs
    stage.behave({"case-000": ["right"]})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states) == (2, ["pending", "error"]), acted.log
    assert said in str(acted.status.description)


def test_another_base_may_be_named(stage: Stage) -> None:
    stage.break_cases(12, branch="main")
    stage.repo.branches["feature"] = stage.repo.head
    stage.behave({case: ["wrong"] for case in ids(13)})
    stage.inputs["base"] = "main"
    pull = stage.pull()
    acted = stage.act("pull_request.opened", pull=pull)
    assert acted.code == 1, acted.log
    assert f"base={stage.repo.head} " in acted.comments[0]
    assert "the commit of the input `base`" in acted.log
