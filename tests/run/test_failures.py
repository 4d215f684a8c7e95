"""What is kept of a trial, and shown in public, holds no credential."""

import pytest

from gate.model.case import Context
from gate.model.reply import ToolCall
from gate.model.run import Trial
from gate.model.score import Score
from gate.run.failures import without_secrets
from tests.builders import make_reply, make_trial

SECRET = "canary-4711-canary"


@pytest.mark.parametrize(
    "trial",
    [
        make_trial(reply=make_reply(f"it is {SECRET}")),
        make_trial(reply=make_reply(contexts=(Context(id="a", text=f"it is {SECRET}"),))),
        make_trial(reply=make_reply(tool_calls=(ToolCall(name="t", arguments={"key": SECRET}),))),
        make_trial(scores=(Score(metric="m", value=1.0, explanation=f"it is {SECRET}"),)),
        make_trial(scores=(Score.abstain(f"it is {SECRET}", metric="m", explanation="why"),)),
    ],
)
def test_no_text_of_a_trial_keeps_a_credential(trial: Trial) -> None:
    clean = without_secrets(trial, secrets={SECRET})
    assert SECRET not in clean.model_dump_json()
    assert "[redacted]" in clean.model_dump_json()


def test_a_trial_without_a_credential_is_left_alone() -> None:
    trial = make_trial()
    assert without_secrets(trial, secrets={SECRET}) is trial
