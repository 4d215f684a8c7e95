"""`gate run`: run and keep what came back."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.hypothesis import Suspected, check_suspected, hypothesis_options, tell_hypothesis
from gate.cli.options import (
    OutputPath,
    check_outputs,
    check_results,
    config_option,
    fresh_option,
    keep_results,
    notice,
    progress,
    screen,
    suites_argument,
    working_tree,
)
from gate.cli.output import show
from gate.model.run import MOST_DRAWS

if TYPE_CHECKING:
    from gate.flows.run import Asked, Ran
    from gate.place import Place

_FAILED, _MOST = 4, 1000


class ShardText(click.ParamType[tuple[int, int]]):
    """`2/3` → (2, 3)."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number of a part, counted from 1, and how many there are."""
        number, slash, of = str(value).partition("/")
        if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= _MOST):
            self.fail(f"{value!r} is not a part of a whole, such as 2/3 (at most {_MOST} parts).", param, ctx)
        return int(number), int(of)


@click.command("run", cls=ForeignCodeVerb)
@suites_argument
@config_option
@click.option(
    "-o",
    "--output",
    type=OutputPath(allow_dash=True),
    help="Keep the results: a file, or a folder for several suites.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1, max=MOST_DRAWS),
    help="Trials per case. Default: `trials.check` of the suite.",
)
@click.option(
    "--rescore",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Score the replies in this results file again instead of running; the target is not asked.",
)
@click.option(
    "--shard",
    type=ShardText(),
    metavar="I/N",
    help="Run only part I of N of the cases; `gate merge` joins the parts. Caps hold for each part.",
)
@fresh_option
@hypothesis_options
@click.option("--apart", type=click.Path(path_type=Path, file_okay=False), hidden=True)
def command(  # noqa: PLR0913, PLR0917 - click hands a verb its options one by one
    suites: tuple[str, ...],
    config: Path,
    output: Path | None,
    draws: int | None,
    rescore: Path | None,
    shard: tuple[int, int] | None,
    apart: Path | None,
    *,
    fresh: bool,
    **options: Any,
) -> int:
    """Run the suites and keep what came back; no verdict.

    With --cases it runs the cases of a file instead of the suite's own. With --hypothesis as well, it compares base and
    head on those cases alone, and takes as many draws as it needs to tell.

    The exit code is 4 if a run was stopped, or if not one trial came back. With --hypothesis it is 0 if the head is not
    worse, 1 if it is, 3 if that can't be told.
    """
    if apart is not None:
        return _apart(apart)
    from gate.flows import run  # noqa: PLC0415 - help must not load the whole house
    from gate.place import Place  # noqa: PLC0415

    suspected = Suspected(**options)
    check_suspected(suspected, others=bool(rescore or shard or fresh))
    if rescore and (suites or draws or shard or fresh or suspected.cases):
        others = "SUITE, --draws, --cases, --shard and --fresh"
        raise click.UsageError(f"--rescore takes suite and draws from its file: leave out {others}")
    place = Place(tree=working_tree(config), config=config.name, progress=progress(), notice=notice)
    check_outputs(config, [output, suspected.json_file], read=[suspected.cases] if suspected.cases else [])
    if suspected.hypothesis:
        return tell_hypothesis(place, suspected, suites=suites, draws=draws, output=output)
    if rescore:
        return _told(run.Ran(results=run.rescore(place, rescore), resumed={}), output)
    asked = _asked(place, suites, suspected.cases, shard=shard)
    check_results(place.tree, config, asked.only, output)
    with run.run(place, asked, draws=draws, fresh=fresh) as ran:
        return _told(ran, output)


def _apart(folder: Path) -> int:
    """The process in which another commit's application runs."""
    from gate.flows.why.there import run_there  # noqa: PLC0415 - nobody else has need of it

    return run_there(folder, tell=show, notice=notice)


def _asked(
    place: "Place", suites: tuple[str, ...], cases: Path | None, *, shard: tuple[int, int] | None
) -> "Asked":
    """The suites that were named, or the one whose cases are given."""
    from gate.flows.chosen import chosen_cases, suite_of  # noqa: PLC0415 - help must not load the whole house
    from gate.flows.run import Asked  # noqa: PLC0415

    if cases is None:
        return Asked(only=suites, shard=shard)
    return Asked(only=(suite_of(place, suites),), cases=chosen_cases(place, cases), shard=shard)


def _told(ran: "Ran", output: Path | None) -> int:
    """Keep and show the results; the exit code."""
    from gate.render.scores import run_text  # noqa: PLC0415 - help must not load the renderers

    keep_results(ran.results, output)
    for suite, result in ran.results.items() if str(output) != "-" else ():
        show(run_text(result, resumed=ran.resumed.get(suite, 0), width=screen()[0]), newline=False)
    broken = [r for r in ran.results.values() if r.stopped or all(trial.reply is None for trial in r.trials)]
    return _FAILED if broken else 0
