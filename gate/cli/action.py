"""`gate action`: what the GitHub Action runs. Everything it prints goes through the redaction."""

import os
from pathlib import Path

import click

from gate.cli.endings import ending_of
from gate.cli.foreign import keep_ours
from gate.cli.options import notice, progress
from gate.cli.output import show


@click.command("action")
@click.option("--apart", type=click.Path(path_type=Path, file_okay=False), hidden=True)
def command(apart: Path | None) -> int:
    """Do what an event on GitHub asks: check, tell, and end with the verdict's exit code.

    Its inputs are the variables that GitHub sets (INPUT_*, GITHUB_*): it is run by the action, in a workflow. On your own
    machine use `gate check --base main`.
    """
    if apart is not None:
        # The process in which the application runs; see gate/flows/apart.py.
        from gate.flows.apart import answer  # noqa: PLC0415 - the other side has no need of it

        keep_ours()
        return answer(apart, progress=progress(), notice=notice)
    from gate.flows.github.action import act  # noqa: PLC0415 - help must not load the whole house
    from gate.model.redaction import redact, secrets_of  # noqa: PLC0415
    from gate.render.escape import log_safe  # noqa: PLC0415

    environment = dict(os.environ)
    try:
        return act(environment, say=show)
    except BaseException as error:  # noqa: BLE001 - every ending gets its words, without a secret in them
        ending = ending_of(error)
        notice(log_safe(redact(ending.text, secrets=secrets_of(environment))))
        return ending.exit_code
