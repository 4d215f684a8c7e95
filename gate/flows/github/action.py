"""An event on GitHub → its verdict, told where it belongs. What the container runs, and nothing but the order of things.

event ─asked─► check ─► pending status ─► touched suites ─► run apart, or results ─► report ─plan─► effects
             ├ publish: what a fork's run left is judged anew on the trusted side (publish.py)
             ├ command: a slash command in a comment (commands.py)
             └ nothing, with a reason
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gate.flows.github.attempt import recorded, run_apart
from gate.flows.github.commands import commanded
from gate.flows.github.desk import Desk, concluding
from gate.flows.github.once_more import again_of
from gate.flows.github.paged import paged
from gate.flows.github.pages import pages_of_kept, pages_of_report, pages_of_untouched, with_traces
from gate.flows.github.provenance import accepted_in
from gate.flows.github.publish import published
from gate.flows.github.recorded import accepting_steps, draws_needed, sealed
from gate.flows.github.scope import no_config, scope_of, settled
from gate.flows.github.telling import Teller
from gate.flows.looks import Again
from gate.host.event import Check, Command, Nothing, Publish, asked
from gate.host.github.client import GitHub
from gate.host.github.failure import HostError
from gate.host.inputs import OPT_IN, Inputs, read_inputs
from gate.host.payload import read_event
from gate.host.plan import Site, of_kept, of_nothing, of_report, of_untouched
from gate.host.runner import Runner
from gate.model.effect import Effect
from gate.model.errors import UserError
from gate.model.redaction import public, secrets_of
from gate.ready import read_config
from gate.render.escape import clean, log_safe
from gate.render.terminal import terminal

_LOG_WIDTH, _LINE = 100, 300


def act(environment: Mapping[str, str], *, say: Callable[[str], None]) -> int:
    """Do what the event asks; the exit code is the verdict's.

    Raises:
        GateError: no verdict was reached; where there is a commit to tell, it has been told.
    """
    desk = _desk(environment, say=say)
    match asked(desk.event, trusts_forks=getattr(desk.inputs, OPT_IN)):
        case Check() as check:
            return _checked(desk, check)
        case Publish(run=run):
            return published(desk, run)
        case Command() as command:
            return commanded(desk, command)
        case Nothing() as nothing:
            return _nothing(desk, nothing)


def _desk(environment: Mapping[str, str], *, say: Callable[[str], None]) -> Desk:
    secrets, wrong = secrets_of(environment), None
    runner = Runner(environment, say=say, secrets=secrets)
    event = read_event(environment, runner.payload())
    try:
        inputs = read_inputs(environment)
    except UserError as error:  # told at the commit that it is about
        inputs, wrong = Inputs(token=environment.get("INPUT_TOKEN", "")), error
    github = GitHub.connect(environment, token=inputs.token)
    return Desk(
        environment=environment,
        event=event,
        inputs=inputs,
        runner=runner,
        github=github,
        secrets=secrets,
        wrong=wrong,
    )


def _checked(desk: Desk, check: Check) -> int:
    """Pending, then a verdict, then told: the status is concluded however this ends."""
    if check.only_text and (kept := _kept(desk, desk.site(check))) is not None:
        return kept
    again = again_of(desk, check)
    with concluding(desk, desk.site(check)) as conclusion:
        check = settled(desk, check)
        conclusion.site = site = desk.site(check)
        effects, exit_code = _judged(desk, site, again)
        conclusion.reach(effects, exit_code=exit_code)
    return conclusion.exit_code


def _kept(desk: Desk, site: Site) -> int | None:
    """Where only a text was edited: the exit code of what the status of this commit says, if that was a verdict."""
    try:
        posted = desk.github.statuses(site.check.head_sha)
    except HostError:
        return None
    state = next((each.state for each in posted if each.context == site.name), "pending")
    if state not in {"success", "failure"}:
        return None
    exit_code = 0 if state == "success" else 1
    desk.teller(site.check).tell(of_kept(exit_code, pages=pages_of_kept(exit_code, site=site)))
    return exit_code


def _judged(desk: Desk, site: Site, again: Again | None) -> tuple[Sequence[Effect], int]:
    if desk.tree.read(desk.config) is None:
        raise UserError(no_config(desk.inputs.config, "this commit"))
    head = read_config(desk.tree, desk.config)
    scope = scope_of(desk, site.check, head=head, read=desk.read_head)
    if not scope.suites:
        return of_untouched(pages=pages_of_untouched(scope.total, site=site), site=site), 0
    for suite in scope.suites:
        desk.runner.notice(log_safe(clean(f"{suite} is judged: {scope.reasons[suite]}", limit=_LINE)))
    if site.check.compared:
        desk.runner.notice(f"Compared with {site.check.compared}: {site.check.base_sha}")
    accepted = accepted_in(desk, site.check, head)
    scope = replace(scope, accepted=accepted.cards, again=again)
    site = site.model_copy(update={"remark": accepted.remark})
    found = recorded(desk, site, scope, head) if desk.inputs.results else run_apart(desk, site, scope)
    report = public(found.report, secrets=desk.secrets)  # before it is written in any syntax
    desk.runner.notice(terminal(report, width=_LOG_WIDTH, color=False))
    steps = accepting_steps(report, site=site, draws=draws_needed(desk, site.check.base_sha))
    site = site.model_copy(update={"steps": steps})
    pages = pages_of_report(report, found.texts, site=site, config=desk.config, folder=desk.folder)
    pages = paged(desk, pages, report=report, texts=found.texts, baselines=found.baselines)
    pages = with_traces(pages, found.traces)
    pages, site = sealed(pages, site=site, secrets=desk.secrets)
    return of_report(report, pages=pages, site=site, folder=desk.inputs.reports), report.verdict.exit_code


def _nothing(desk: Desk, nothing: Nothing) -> int:
    """Say why; a commit that was to be judged and was not is told so."""
    teller = Teller(runner=desk.runner, github=desk.github, secrets=desk.secrets)
    desk.runner.notice(f"Nothing was judged: {nothing.reason}")
    teller.tell(of_nothing(nothing, name=desk.inputs.status, run_url=desk.event.run_url))
    return nothing.exit_code
