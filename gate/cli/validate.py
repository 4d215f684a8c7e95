"""`gate validate`: everything that can be wrong, found without a key and without running anything."""

from pathlib import Path

import click

from gate.cli.foreign import ForeignCodeVerb
from gate.cli.options import config_option, suites_argument, working_tree
from gate.cli.output import show


@click.command("validate", cls=ForeignCodeVerb)
@suites_argument
@config_option
def command(suites: tuple[str, ...], config: Path) -> int:
    """Check gate.yaml, cases and plug-ins; no key, no network, nothing is run.

    A Python target or evaluator is imported, so that a misspelt function is found here.
    """
    from gate.ready import prepare  # noqa: PLC0415 - help must not load the whole house
    from gate.render.numbers import count, counted  # noqa: PLC0415

    prepared = prepare(working_tree(config), config.name, only=suites)
    show(f"{config} is valid.")
    for ready in prepared.suites:
        suite, cases = ready.suite, len(ready.suite.cases)
        draws = suite.draws
        most = f" (at most {count(draws.most * cases)})" if draws.most > draws.check else ""
        show(
            f"  {suite.name}: {counted(cases, 'case')}, target {suite.target.use}, "
            f"{counted(len(suite.evaluators), 'evaluator')}\n"
            f"    a check asks {counted(draws.check * cases, 'time')}{most}, an accept {count(draws.accept * cases)}"
        )
        for metric, statistic in ready.unjudged:
            show(f"    {metric}: with {counted(cases, 'case')}, a {statistic} can only end as can't tell")
    return 0
