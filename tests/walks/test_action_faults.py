"""The whole action while GitHub fails, call by call and in every way: the exit code is the verdict's, nothing stays pending."""

import pytest

from tests.fakes.github.faults import Fault
from tests.walks.stage import CANARY, Acted, Stage

REFUSALS = {name: Fault.status(int(name)) for name in ("403", "404", "409", "422")}
PASSING = {
    "429": Fault.status(429),
    "429, wait": Fault.status(429, retry_after=7),
    "secondary limit": Fault.secondary_limit(),
    "500": Fault.status(500),
    "a proxy's page": Fault.page(502),
    "reset": Fault.reset(),
}
# The call is carried out, and its answer is lost.
DONE = {
    "broken JSON": Fault.broken_json(),
    "lost": Fault.lost(),
    "lost behind a 502": Fault.lost(502),
}
FAULTS = REFUSALS | PASSING | DONE
POST = "repos/create-commit-status"
# Without these nobody knows what to judge by.
NEEDED = ("repos/get-content", "repos/get-commit")
OPERATIONS = (
    POST,
    *NEEDED,
    "repos/list-commit-statuses-for-ref",
    "pulls/list-files",
    "issues/list-comments",
    "issues/create-comment",
)
# Every fault at some calls, and every call with several faults; all of both are tried on the client itself.
EVERY = [(operation, fault) for operation in OPERATIONS for fault in FAULTS]
PAIRS = EVERY[::5]


def judged(stage: Stage, results: dict[str, str], operation: str, fault: Fault, *, call_s: str = "") -> Acted:
    """A regression whose results are there already, so that nothing but GitHub is asked."""
    stage.inputs["results"] = "results.json"
    stage.break_cases(12)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    (stage.workspace / "results.json").write_text(results["red"])
    stage.fake.fail(fault, operation=operation, times=None)
    return stage.run({**environment, "WALK_CALL_S": call_s}, head=pull.head_sha)


def test_every_fault_and_every_call_is_among_the_pairs() -> None:
    assert {operation for operation, _ in PAIRS} == {*OPERATIONS}
    assert {fault for _, fault in PAIRS} == {*FAULTS}


@pytest.mark.parametrize(("operation", "fault"), PAIRS)
def test_whatever_fails_for_good_the_exit_code_is_the_verdicts_and_the_status_is_concluded(
    stage: Stage, results: dict[str, str], operation: str, fault: str
) -> None:
    acted = judged(stage, results, operation, FAULTS[fault])
    if operation in NEEDED:
        assert acted.code == (2 if fault in REFUSALS else 4), acted.log
        assert acted.states == ["pending", "error"]
    else:
        assert acted.code == 1, acted.log
        if operation == POST and fault not in DONE:
            assert acted.states == []
            assert "could not be done" in acted.summary
        else:
            assert set(acted.states[:-1]) == {"pending"}
            assert acted.states[-1] == "failure"
    assert acted.outputs["exit_code"] == str(acted.code)
    assert len(acted.comments) <= (1 if operation != "issues/create-comment" else 3)
    assert "This is a bug" not in acted.log
    assert CANARY not in acted.everything()
    assert acted.environment["INPUT_TOKEN"] not in acted.everything()


@pytest.mark.parametrize(
    ("operation", "code"), [("repos/get-content", 4), ("pulls/list-files", 1), ("issues/create-comment", 1)]
)
def test_an_answer_that_does_not_come_is_not_waited_for(
    stage: Stage, results: dict[str, str], operation: str, code: int
) -> None:
    acted = judged(stage, results, operation, Fault.late(), call_s="0.2")
    assert (acted.code, acted.states[-1]) == (code, "error" if code == 4 else "failure"), acted.log
    assert len(acted.comments) == 1
