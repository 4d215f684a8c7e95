"""A check and its suites → report and results: run in a process apart, or read from files of a run made elsewhere."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.base import base_of_working_tree
from gate.config.file import ConfigFile, policy_sheet
from gate.flows.apart import BASE, Request, ask, outcome_of, results_of
from gate.flows.check import Against, held_against
from gate.flows.github.desk import Desk
from gate.flows.github.scope import Scope
from gate.flows.judged import Recorded, judged
from gate.host.kept import keep
from gate.host.plan import Site
from gate.host.process import Job, Jobs, jobs, ourselves
from gate.measured import calibration_path
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.telemetry.artifact import left_by, runs_of

# A process that runs the application may not speak for us: not to later steps, and not with our token.
_OURS = (
    "INPUT_",
    "ACTIONS_RUNTIME_",
    "GITHUB_OUTPUT",
    "GITHUB_ENV",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of it: the report, and by suite the text of its results file and the baseline it was held against.

    `traces` are the files of its traces, by name.
    """

    report: Report
    texts: Mapping[str, str]
    baselines: Mapping[str, Scorecard]
    traces: Mapping[str, str] = field(default_factory=dict)


def run_apart(desk: Desk, site: Site, scope: Scope) -> Found:
    """Run the suites in a process of their own; while foreign code speaks, the runner obeys no line of the log."""
    base = held_against(desk.config, _against(desk, site, scope))
    with TemporaryDirectory(prefix="gate-") as name:
        folder = Path(name)
        baselines = base.sheet.baselines.values()
        paths = (desk.config, *baselines, *map(calibration_path, baselines))
        keep(desk.history, site.check.base_sha, paths=paths, folder=folder / BASE)
        ask(_request(desk, site, scope), folder, again=scope.again)
        before = runs_of(desk.tree.root)
        with desk.runner.foreign_output(), jobs(desk.runner.notice) as work:
            _set_up(desk, work)
            environment = {k: v for k, v in desk.environment.items() if not k.startswith(_OURS)}
            command = [*ourselves(), "action", "--apart", name]
            code = work.run(Job(command=command, folder=desk.runner.workspace, environment=environment))
        desk.runner.give_back(desk.tree.root / ".gate")
        report = outcome_of(folder, exit_code=code).checked()
        traces = left_by(desk.tree.root, before=before)
        return Found(report=report, texts=results_of(folder), baselines=base.scorecards, traces=traces)


def recorded(desk: Desk, site: Site, scope: Scope, head: ConfigFile) -> Found:
    """Judge the results files of a run made elsewhere in the workflow."""
    texts, results = dict[str, str](), dict[str, RunResult]()
    for path in _files(desk):
        text = path.read_text(encoding="utf-8", errors="replace")
        result = load_results(text, path.name)
        if result.suite in results:
            fix = "name one of them; parts of one run are put together by `gate merge`"
            message = f"two files hold results of {result.suite}"
            raise UserError(Problem(message=message, key="input `results`", value=path.name, fix=fix))
        texts[result.suite], results[result.suite] = text, result
    base = held_against(desk.config, _against(desk, site, scope))
    report = judged(
        Recorded(results=results, wanted=scope.suites, revision=_head(site), asked=desk.asked(site.check)),
        base=base,
        head=base_of_working_tree(desk.tree, desk.config, policy_sheet(head)),
    )
    return Found(report=report, texts=texts, baselines=base.scorecards)


def _files(desk: Desk) -> Iterator[Path]:
    """The results files that the input names.

    Raises:
        UserError: one of them is not there.
    """
    for name in desk.inputs.results:
        path = desk.runner.workspace / name
        files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            fix = "name a results file, or a folder of them, that an earlier step of this job wrote"
            raise UserError(
                Problem(message="there is no results file", key="input `results`", value=name, fix=fix)
            )
        yield from files


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


def _request(desk: Desk, site: Site, scope: Scope) -> Request:
    base = site.check.base_sha
    return Request(
        root=os.fspath(desk.tree.root),
        config=desk.config,
        only=tuple(scope.only),
        base=Revision(label=base, sha=base),
        head=_head(site),
        on_inconclusive=desk.inputs.on_inconclusive,
        accepted=dict(scope.accepted),
    )


def _against(desk: Desk, site: Site, scope: Scope) -> Against:
    return Against(
        history=desk.history,
        ref=site.check.base_sha,
        head=_head(site),
        on_inconclusive=desk.inputs.on_inconclusive,
        accepted=scope.accepted,
    )


def _head(site: Site) -> Revision:
    return Revision(label="HEAD", sha=site.check.head_sha)
