"""An event on GitHub → its verdict, told where it belongs. What the container runs, and nothing but the order of things.

event ─asked─► check ─► pending status ─► touched suites ─► run apart, or results ─► report ─plan─► effects
             ├ publish: what a fork's run left is judged anew on the trusted side (publish.py)
             ├ command: a slash command in a comment
             └ nothing, with a reason
"""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.base import base_of_working_tree
from gate.config.file import ConfigFile, policy_sheet
from gate.flows.apart import BASE, Request, ask, outcome_of
from gate.flows.check import Against, held_against
from gate.flows.desk import Desk, concluding
from gate.flows.judged import Recorded, judged
from gate.flows.pages import pages_of_kept, pages_of_report, pages_of_untouched
from gate.flows.publish import published
from gate.flows.scope import Scope, scope_of, settled
from gate.flows.telling import Teller
from gate.host.event import Check, Command, Nothing, Publish, asked
from gate.host.github.client import GitHub
from gate.host.github.failure import HostError
from gate.host.inputs import OPT_IN, Inputs, read_inputs
from gate.host.kept import keep
from gate.host.payload import read_event
from gate.host.plan import Site, of_kept, of_nothing, of_report, of_untouched
from gate.host.process import Job, Jobs, jobs
from gate.host.runner import Runner
from gate.model.effect import Effect
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.redaction import secrets_of
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.ready import read_config
from gate.render.terminal import terminal

_LOG_WIDTH = 100
# A process that runs the application may not speak for us: not to later steps, and not with our token.
_OURS = ("INPUT_", "ACTIONS_RUNTIME_", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
Found = tuple[Report, Mapping[str, RunResult]]


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
            return _commanded(desk, command)
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
    with concluding(desk, desk.site(check)) as conclusion:
        check = settled(desk, check)
        conclusion.site = site = desk.site(check)
        effects, exit_code = _judged(desk, site)
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


def _judged(desk: Desk, site: Site) -> tuple[Sequence[Effect], int]:
    head = read_config(desk.tree, desk.config)
    scope = scope_of(desk, site.check, head=head)
    if not scope.suites:
        return of_untouched(pages=pages_of_untouched(scope.total, site=site), site=site), 0
    for suite in scope.suites:
        desk.runner.notice(f"{suite} is judged: {scope.reasons[suite]}")
    if site.check.compared:
        desk.runner.notice(f"Compared with {site.check.compared}: {site.check.base_sha}")
    report, results = _recorded(desk, site, scope, head) if desk.inputs.results else _run(desk, site, scope)
    desk.runner.notice(terminal(report, width=_LOG_WIDTH, color=False))
    pages = pages_of_report(report, results, site=site, config=desk.config, folder=desk.folder)
    return of_report(report, pages=pages, site=site, folder=desk.inputs.reports), report.verdict.exit_code


def _run(desk: Desk, site: Site, scope: Scope) -> Found:
    """Run the suites in a process of their own; while foreign code speaks, the runner obeys no line of the log."""
    sheet = held_against(desk.config, _against(desk, site)).sheet
    with TemporaryDirectory(prefix="gate-") as name:
        folder = Path(name)
        paths = (desk.config, *sheet.baselines.values())
        keep(desk.history, site.check.base_sha, paths=paths, folder=folder / BASE)
        ask(_request(desk, site, scope), folder)
        with desk.runner.foreign_output(), jobs(desk.runner.notice) as work:
            _set_up(desk, work)
            environment = {k: v for k, v in desk.environment.items() if not k.startswith(_OURS)}
            command = [*_ourselves(), "action", "--apart", name]
            code = work.run(Job(command=command, folder=desk.runner.workspace, environment=environment))
        desk.runner.give_back(desk.tree.root / ".gate")
        return outcome_of(folder, exit_code=code).checked()


def _recorded(desk: Desk, site: Site, scope: Scope, head: ConfigFile) -> Found:
    """Judge the results files of a run made elsewhere in the workflow."""
    results = {}
    for name in desk.inputs.results:
        path = desk.runner.workspace / name
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            fix = "name a results file, or a folder of them, that an earlier step of this job wrote"
            raise UserError(
                Problem(message="there is no results file", key="input `results`", value=name, fix=fix)
            )
        for file in files:
            result = load_results(file.read_text(encoding="utf-8"), name)
            results[result.suite] = result
    report = judged(
        Recorded(results=results, wanted=scope.suites, revision=_head(site)),
        base=held_against(desk.config, _against(desk, site)),
        head=base_of_working_tree(desk.tree, desk.config, policy_sheet(head)),
    )
    return report, results


def _set_up(desk: Desk, work: Jobs) -> None:
    """The workflow's own command, before anything of the application runs.

    Raises:
        UserError: it failed, or took too long.
    """
    if not desk.inputs.setup:
        return
    bash = shutil.which("bash")
    shell = [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c"] if bash else ["/bin/sh", "-e", "-c"]
    minutes = desk.inputs.setup_timeout_minutes
    environment = {name: value for name, value in desk.environment.items() if not name.startswith("INPUT_")}
    code = work.run(
        Job(
            command=[*shell, desk.inputs.setup],
            folder=desk.runner.workspace,
            environment=environment,
            timeout_s=60 * minutes,
        )
    )
    if code != 0:
        how = f"took more than {minutes:g} minutes" if code is None else f"ended with code {code}"
        fix = "mend it: what it printed is in the log; `setup_timeout_minutes` gives it more time"
        raise UserError(Problem(message=f"the setup command {how}", key="input `setup`", fix=fix))


def _ourselves() -> list[str]:
    """This program again, as safe from the workspace's files, and as free of bytecode, as it was started itself."""
    bytecode = ["-B"] if sys.flags.dont_write_bytecode else []
    return [sys.executable, "-I" if sys.flags.isolated else "-P", *bytecode, "-m", "gate"]


def _request(desk: Desk, site: Site, scope: Scope) -> Request:
    base = site.check.base_sha
    return Request(
        root=os.fspath(desk.tree.root),
        config=desk.config,
        only=tuple(scope.only),
        base=Revision(label=base, sha=base),
        head=_head(site),
        on_inconclusive=desk.inputs.on_inconclusive,
    )


def _against(desk: Desk, site: Site) -> Against:
    return Against(
        history=desk.history,
        ref=site.check.base_sha,
        head=_head(site),
        on_inconclusive=desk.inputs.on_inconclusive,
    )


def _head(site: Site) -> Revision:
    return Revision(label="HEAD", sha=site.check.head_sha)


def _commanded(desk: Desk, command: Command) -> int:
    """Where every slash command arrives. None is answered yet, and nothing of the pull request is run for one."""
    reason = f"no command is answered by this version; comment {command.comment.id} is left as it is"
    return _nothing(desk, Nothing(reason=reason))


def _nothing(desk: Desk, nothing: Nothing) -> int:
    """Say why; a commit that was to be judged and was not is told so."""
    teller = Teller(runner=desk.runner, github=desk.github, secrets=desk.secrets)
    desk.runner.notice(f"Nothing was judged: {nothing.reason}")
    teller.tell(of_nothing(nothing, name=desk.inputs.status, run_url=desk.event.run_url))
    return nothing.exit_code
