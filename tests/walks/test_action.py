"""The action through its real entry point, against a GitHub that remembers: what each event leaves behind."""

import json

from tests.walks.stage import Stage


def test_a_change_that_holds_turns_the_status_green_and_writes_one_comment(stage: Stage) -> None:
    stage.behave({"case-000": ["right"]})
    pull = stage.pull()
    acted = stage.act("pull_request.opened", pull=pull)
    assert acted.code == 0, acted.log
    assert acted.states == ["pending", "success"]
    assert acted.status.description is not None
    assert acted.status.description.startswith("Pass: ")
    (comment,) = acted.comments
    assert comment.startswith("<!-- gate:1 check=gate suites=s ")
    assert acted.outputs["verdict"] == "pass"
    assert json.loads((stage.workspace / "gate-report" / "report.json").read_text())["verdict"]["kind"] == "pass"
