"""Arguments → exit code: the door. Finds the verb, and gives each kind of ending its own words.

Verbs are imported when they are called, so that `gate --help` starts fast.
"""

import gc
import importlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from gate.cli.output import fill_closed, say, silence, standard

_BUG, _INTERRUPTED = 70, 130
_USUAL_S, _SHORT_S = 5.0, 0.3  # for what a user's code still does once all is said
_leave = os._exit  # a verb that runs foreign code guards it

# When cycles are looked for. Python's usual 700 has it walk again and again over a heap that only grows: of a large
# comparison, which makes no cycles, it took a fifth of the time. Set here, because only who owns the process may.
RARELY = (100_000, 20, 20)

# In the order in which a person meets them.
VERBS = {
    "init": "Write gate.yaml, a first suite and its cases.",
    "validate": "Check gate.yaml, cases and plug-ins; no key, no network, nothing is run.",
    "power": "What this suite can find, before anybody pays for a run.",
    "plan": "What a check and an accept will take: calls, tokens, money, time.",
    "accept": "Take fresh draws and write them as the baseline.",
    "check": "Run the suites, compare with the baseline, report the verdict.",
    "run": "Run the suites and keep what came back; no verdict.",
    "replay": "Show one case as it was sent, received and scored; send it again.",
    "merge": "Merge the results of the shards of a run into one file.",
    "compare": "Compare a results file with a baseline; nothing is run.",
    "explain": "Where a drop is concentrated, which cases got worse, what changed; nothing is run.",
    "history": "How each metric moved over the baselines that landed, and where it changed.",
    "bisect": "Find the commit, and the file, that made a metric worse.",
    "report": "Report on results files, as a page for the browser too; nothing is run.",
    "calibrate": "Measure how far the instruments of a suite can be trusted: judges, and the noise of runs.",
    "record": "Keep the verdicts of a judge in a file, so that each is asked for once.",
    "label": "Label responses one by one as pass or fail, to calibrate a judge.",
    "action": "What the GitHub Action runs: checks what an event asks for, and reports it.",
    "cache": "What is kept of earlier runs: stats, verify, prune, export.",
    "schema": "Print the JSON Schema of gate.yaml, the report or a results file.",
}


class Verbs(click.Group):
    """A group whose commands live in one file each and are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order in which a person meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the file of a verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"gate.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; a misspelt one is answered with the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches  # noqa: PLC0415 - only a misspelling needs it

            near = get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"There is no command `{args[0]}`.{hint}", ctx) from error


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - nothing else here needs it

        click.echo(f"gate {version('llm-regression-gate')}")
        ctx.exit()


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
def cli() -> None:
    """The regression gate for LLM applications.

    \b
    Exit codes:
      0  pass, or only warnings
      1  regressed
      2  something for you to mend: config, permission, a missing baseline
      3  inconclusive (where that blocks) or not comparable
      4  the evaluation itself failed: provider down, budget spent, many errors
     70  a bug of ours
    130  interrupted
    """  # noqa: D301 - \b keeps click from wrapping the table


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run the command line and end the process with the exit code."""
    fill_closed()
    gc.set_threshold(*RARELY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character must not end us
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = cli.main(
            args=None if arguments is None else list(arguments), prog_name="gate", standalone_mode=False
        )
    except BaseException as error:  # noqa: BLE001 - every ending gets its words and its code
        for again in (signal.SIGINT, signal.SIGTERM):  # who stops us a second time wants no more words
            signal.signal(again, lambda *_: _leave(_INTERRUPTED))
        code = _end(error)
    # A verb that forgot its exit code must not end in green.
    sys.exit(_flushed(code if isinstance(code, int) else _BUG))


def program() -> None:
    """What `gate` is: the command line, and an end of the process that nobody's thread or exit handler holds up."""
    try:
        main()
    except SystemExit as ending:
        _end_in_time(ending.code if isinstance(ending.code, int) else _BUG)
        raise


def _end_in_time(code: int) -> None:
    """End the process with this code: at once past tasks that do not end, and a little later past all that Python awaits."""
    loop = sys.modules.get("gate.loop")
    if loop is not None and loop.left_behind:
        _leave(_flushed(code))
    if "threading" not in sys.modules:
        return
    import threading  # noqa: PLC0415 - only what a run has imported anyway

    waiting = [thread for thread in threading.enumerate() if not thread.daemon]
    if code != _INTERRUPTED and len(waiting) <= 1:
        return

    if code == _INTERRUPTED:  # it is a matter of moments now, and the code is to stay what it is
        for again in (signal.SIGINT, signal.SIGTERM):
            signal.signal(again, signal.SIG_IGN)

    def leave() -> None:
        _leave(_flushed(code))

    timer = threading.Timer(_SHORT_S if code == _INTERRUPTED else _USUAL_S, leave)
    timer.daemon = True
    timer.start()


def _terminate(_signal: int, _frame: Any) -> None:
    """A cancelled job ends as Ctrl-C does: what is finished is kept."""
    signal.raise_signal(signal.SIGINT)


def _end(error: BaseException) -> int:
    """Say how it ended; whatever breaks while saying so ends as a bug, never with Python's 1 (that is: regressed)."""
    try:
        from gate.cli.endings import ending_of  # noqa: PLC0415 - imports the nouns, which `--help` has no need of

        ending = ending_of(error)
        if ending.text:
            say(ending.text)
    except BaseException:  # noqa: BLE001 - whatever it is, it must not end in a code that means something else
        say(traceback.format_exc())
        return _BUG
    return ending.exit_code


def _flushed(code: int) -> int:
    """Write out what is still buffered; a reader who went away changes no verdict."""
    for stream in (standard("stdout"), standard("stderr"), sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            silence(stream)
    return code
