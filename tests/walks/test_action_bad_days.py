"""Bad days of the action: whatever fails, the status is concluded, the exit code is the verdict's, and no secret is told."""

import html
import json
import os
import re
import signal

import pytest

from tests.fakes.github.faults import Fault
from tests.walks.stage import CANARY, Stage, wait_for

OPERATIONS = (
    "repos/list-commit-statuses-for-ref",
    "repos/create-commit-status",
    "pulls/list-files",
    "repos/get-content",
    "issues/list-comments",
    "issues/create-comment",
)
# Without these nobody knows what to judge by.
NEEDED = {"repos/get-content"}
SLOW = """
import time
from pathlib import Path

def answer(input, case):
    Path("started").touch()
    time.sleep(60)
"""
LEAVING = "import os, signal\n\ndef answer(input, case):\n    {how}\n"
SPILLING = """
import os, sys

def answer(input, case):
    print("::error::obeyed", os.environ.get("ANTHROPIC_API_KEY"))
    print("::set-output name=verdict::pass", file=sys.stderr)
    {more}
    return f"right {{os.environ.get('ANTHROPIC_API_KEY')}} @everyone ::error::obeyed"
"""


def with_app(stage: Stage, text: str) -> None:
    stage.repo.commit("feature", {"app.py": text, "behavior.json": "{ }"})


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_call_that_github_refuses_changes_no_verdict(stage: Stage, operation: str) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    stage.fake.fail(Fault.status(403), operation=operation, times=None)
    acted = stage.act("pull_request.opened", pull=pull)
    assert acted.code == (2 if operation in NEEDED else 1), acted.log
    if operation != "repos/create-commit-status":
        assert acted.states[-1] == ("error" if operation in NEEDED else "failure")
    told = "could not be done" in acted.summary or "All suites are taken for touched" in acted.log
    assert told or operation in {*NEEDED, "repos/list-commit-statuses-for-ref"}
    if "create" in operation or "comments" in operation:
        assert "write" in acted.summary, "the permission is named"


@pytest.mark.parametrize(("nth", "states"), [(1, ["pending", "failure"]), (2, ["pending", "failure"])])
def test_a_status_that_is_refused_once_is_posted_all_the_same(
    stage: Stage, nth: int, states: list[str]
) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    stage.fake.fail(Fault.status(403), operation="repos/create-commit-status", nth=nth)
    acted = stage.act("pull_request.opened", pull=pull)
    assert (acted.code, acted.states) == (1, states), acted.log


def test_a_provider_of_errors_is_asked_again(stage: Stage) -> None:
    stage.break_cases(12)
    stage.fake.fail(Fault.page(502), operation=None, times=2)
    stage.fake.fail(Fault.lost(), operation="issues/create-comment")
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1], len(acted.comments)) == (1, "failure", 1), acted.log


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM]], ids=len)
def test_a_cancelled_run_concludes_its_status(stage: Stage, signals: list[signal.Signals]) -> None:
    with_app(stage, SLOW)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    process = stage.start(environment)
    wait_for((stage.workspace / "started").exists, process)
    for number in signals:
        process.send_signal(number)
    log, _ = process.communicate(timeout=60)
    states = [status.state for status in stage.repo.statuses_of(pull.head_sha)]
    assert (process.returncode, states) == (130, ["error", "pending"]), log
    assert "interrupted or cancelled" in str(stage.repo.statuses_of(pull.head_sha)[0].description)
    assert not stage.repo.comments, "the run that took its place has the word"


@pytest.mark.parametrize("how", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_an_application_that_ends_its_process_is_a_failed_evaluation(stage: Stage, how: str) -> None:
    with_app(stage, LEAVING.format(how=how))
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states) == (4, ["pending", "error"]), acted.log
    assert "before it was done" in str(acted.status.description)


@pytest.mark.parametrize(
    "more", ["pass", "raise RuntimeError(os.environ['ANTHROPIC_API_KEY'])", "os._exit(3)"]
)
def test_a_key_stands_nowhere_and_no_line_of_the_application_is_obeyed(stage: Stage, more: str) -> None:
    stage.inputs["setup"] = 'echo "key $ANTHROPIC_API_KEY"; echo "::error::obeyed"; env'
    with_app(stage, SPILLING.format(more=more))
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert acted.code != 0
    told = acted.everything().replace(f"INPUT_TOKEN={acted.environment['INPUT_TOKEN']}", "")
    assert CANARY not in told
    assert acted.environment["INPUT_TOKEN"] not in told
    assert obeyed(acted.ended.out) <= {"stop-commands", "error", "warning"}
    assert not re.search(r"^::error::obeyed", unbracketed(acted.ended.out), re.MULTILINE)
    assert "::error::obeyed" not in acted.ended.err
    assert "@everyone" not in "".join(acted.comments)


@pytest.mark.parametrize(
    "app",
    [
        "raise RuntimeError('no ' + secret)",
        "def answer(input, case): raise RuntimeError('at https://x.example/?key=' + secret)",
        "def answer(input, case): return 'wrong ' + secret",
        "def answer(input, case): print(secret)",
    ],
    ids=["import", "exception", "output", "log"],
)
def test_a_secret_is_taken_out_before_its_characters_are_escaped(stage: Stage, app: str) -> None:
    names = ("ANTHROPIC_API_KEY", "DB_PASSWORD", "SIGNING_KEY")
    with_app(stage, f"import os\nsecret = ' '.join(os.environ[name] for name in {names})\n{app}\n")
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    environment["DB_PASSWORD"] = 'p@ss"w<0rd>|\\\\#1-2'
    environment["SIGNING_KEY"] = "-----BEGIN-----\nfirst-line-4711\nlast.line.4712\n"
    stage.checkout(environment["GITHUB_SHA"])
    acted = stage.run(environment, head=pull.head_sha)
    assert acted.code in {1, 2, 4}, acted.log
    for told in (acted.everything(), html.unescape(acted.everything()).replace("\u200b", "")):
        for part in ("0123456789abcdef", "p@ss", "w<0rd", "#1-2", "line-4711", "line.4712"):
            assert part not in told


def test_the_name_of_a_changed_file_is_no_command_either(stage: Stage) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["depends_on"].append("data")
    stage.repo.commit("main", {"gate.yaml": json.dumps(config), "data/a": ""})
    stage.repo.branches["feature"] = stage.repo.head
    stage.repo.commit("feature", {"data/x\n::add-mask::pass ##[error]obeyed": ""})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert acted.code == 0, acted.log
    assert obeyed(acted.ended.out) == {"stop-commands"}
    assert "##[" not in unbracketed(acted.ended.out)
    assert "s is judged: data/x" in acted.log


def unbracketed(log: str) -> str:
    """What of a log the runner reads for commands: nothing between `::stop-commands::token` and `::token::`."""
    kept, token = [], None
    for line in log.splitlines():
        if token is None:
            kept.append(line)
            if line.startswith("::stop-commands::"):
                token = line.removeprefix("::stop-commands::")
        elif line == f"::{token}::":
            token = None
    assert token is None, "the runner was left deaf"
    return "\n".join(kept)


def obeyed(log: str) -> set[str]:
    """The commands of a log that the runner obeys."""
    return set(re.findall(r"^\s*::([\w-]+)", unbracketed(log), re.MULTILINE))


def test_a_crash_of_ours_tells_no_key_and_concludes(stage: Stage) -> None:
    stage.break_cases(1)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    crash = (
        "import sys, os; import gate.flows.github.action as walk\n"
        "def crash(*_args, **_more): raise ZeroDivisionError(os.environ['INPUT_TOKEN'] + os.environ['ANTHROPIC_API_KEY'])\n"
        "walk.scope_of = crash\n"
        "from gate.cli import main; sys.argv[1:] = ['action']; main()"
    )
    acted = stage.run(environment, head=pull.head_sha, entry=("-P", "-c", crash))
    assert (acted.code, acted.states) == (70, ["pending", "error"]), acted.log
    assert "This is a bug in gate" in acted.log
    assert CANARY not in acted.everything()
    assert environment["INPUT_TOKEN"] not in acted.everything()


def test_a_strangers_comment_that_bears_our_marker_is_left_alone(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    forged = stage.repo.comment(
        pull.number, "<!-- gate:1 check=gate suites=s -->\n✅ **Pass**", author="mallory"
    )
    acted = stage.act("pull_request.opened", pull=pull)
    assert acted.code == 1
    assert stage.repo.comments[forged.id].body.endswith("**Pass**")
    mine = [comment for comment in stage.repo.comments.values() if comment.author == "github-actions[bot]"]
    assert [comment.body.split("\n")[1][:3] for comment in mine] == ["❌ *"]


def test_two_jobs_at_once_leave_one_comment(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    environments = [stage.environment("pull_request.opened", pull=pull) for _ in range(2)]
    stage.checkout(environments[0]["GITHUB_SHA"])
    ended = [process.communicate(timeout=60)[0] for process in [stage.start(each) for each in environments]]
    states = [status.state for status in stage.repo.statuses_of(pull.head_sha)]
    assert states[0] == "failure", ended
    assert sorted(states) == ["failure", "failure", "pending", "pending"]
    assert len(stage.repo.comments) == 1


def test_a_comment_that_was_deleted_is_written_again(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    stage.act("pull_request.opened", pull=pull)
    (first,) = stage.repo.comments
    del stage.repo.comments[first]
    acted = stage.act("pull_request.synchronize", pull=pull)
    assert acted.code == 1, acted.log
    assert [body.split("\n")[1][:3] for body in acted.comments] == ["\u274c *"]


@pytest.mark.parametrize("where", ["/dev/full", "/", "/nonexistent/folder/file"])
def test_a_runner_that_takes_no_summary_and_no_output_changes_no_verdict(stage: Stage, where: str) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    files = dict.fromkeys(("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"), where)
    acted = stage.run({**environment, **files}, head=pull.head_sha)
    assert (acted.code, acted.states, len(acted.comments)) == (1, ["pending", "failure"], 1), acted.log
    assert "it cannot be written" in acted.log


def test_a_log_that_takes_nothing_still_leaves_a_status_that_is_concluded(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        code = stage.start(environment, log=full).wait(timeout=60)
    assert code != 0
    assert stage.repo.statuses_of(pull.head_sha)[0].state in {"failure", "error"}


def test_a_misspelt_input_is_an_error_that_names_it(stage: Stage) -> None:
    stage.break_cases(0)
    stage.inputs |= {"coment": "off", "on_inconclusive": "ignore"}
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states) == (2, ["error"]), acted.log
    assert "did you mean `comment`?" in acted.log
    assert "block, warn" in acted.log
    assert "input `on_inconclusive`" in acted.comments[0] or "on&#95;inconclusive" in acted.comments[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_writes_into_the_workspace_belongs_to_its_owner(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    os.chown(stage.workspace, 12345, 12345)
    acted = stage.run(environment, head=pull.head_sha)
    assert acted.code == 1, acted.log
    written = [stage.workspace / "gate-report", *(stage.workspace / "gate-report").rglob("*")]
    written += [stage.workspace / ".gate", *(stage.workspace / ".gate").rglob("*")]
    assert {path.stat().st_uid for path in written} == {12345}
    assert len(written) > 5


def test_a_folder_of_reports_that_leads_out_of_the_workspace_is_not_written_to(stage: Stage) -> None:
    stage.break_cases(12)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    outside = stage.folder / "outside"
    outside.mkdir()
    (stage.workspace / "gate-report").symlink_to(outside)
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states[-1]) == (1, "failure"), acted.log
    assert not list(outside.iterdir())
    assert "symbolic link" in acted.summary
