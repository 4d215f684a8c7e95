"""What a pull request's own run recorded: sealed when it is told, and taken up again only where every seal holds.

The run says the digest of what it recorded in the address of its status, which only our own account can have posted.
Whatever is uploaded afterwards, by the application's processes or by anybody, is another digest. Nothing here believes
a file: it is bounded, checked against the schema, and compared before a word of it is used.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gate.config.file import parse, policy_sheet
from gate.flows.github.desk import Desk
from gate.host.acceptance import files_digest, marked, run_and_digest
from gate.host.github.archive import read_zip
from gate.host.plan import Pages, Site
from gate.model.errors import EvaluationError, Problem, UserError
from gate.model.files import load_results
from gate.model.hosting import PostedStatus, WorkflowRun
from gate.model.redaction import redact
from gate.model.report import Report, Step
from gate.model.run import RunResult
from gate.model.suite import Draws, PolicySheet
from gate.model.verdict import Kind
from gate.render.steps import is_drop

ARTIFACT = "gate-report"  # as the workflow that `gate init --github` writes uploads it
_REPORT = "report.json"
ARCHIVE_LIMIT_BYTES, UNPACKED_LIMIT_BYTES = 20_000_000, 100_000_000
_SEAL = re.compile(r"<!-- gate:record head=(\S+) results=([0-9a-f]{64}) -->")
_HOW = "If this is intended, somebody who may write here makes these results the baseline with this comment"
_HOW_MORE = (
    "If this is intended, a baseline takes more draws than this run took. Somebody who may write here has them taken with "
    "this comment; the report on them shows the one that accepts"
)
_LOOK = "To see which cases dropped, what they share and what changed, write this comment"
_AGAIN = "run the check again with `/gate run`, so that it records its results anew"


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a run recorded: its verdict, its results by suite, and the digest over both."""

    run: WorkflowRun
    digest: str
    report: Report
    results: Mapping[str, RunResult]


def sealed(pages: Pages, *, site: Site, secrets: Collection[str]) -> tuple[Pages, Site]:
    """The pages and the site with the digest of the recorded files, where an accept may take them up later."""
    if not _may_be_accepted(site):
        return pages, site
    # As they will be written: a redaction later on would give another digest.
    documents = tuple(
        each.model_copy(update={"text": redact(each.text, secrets=secrets)}) for each in pages.documents
    )
    files = {each.name: each.text.encode() for each in documents if _is_recorded(each.name)}
    digest = files_digest(files)
    seal = f"<!-- gate:record head={site.check.head_sha} results={digest} -->"
    kept = pages.model_copy(
        update={"documents": documents, "comment": f"{pages.comment.rstrip()}\n\n{seal}\n"}
    )
    return kept, site.model_copy(update={"run_url": marked(site.run_url, digest)})


def accepting_steps(report: Report, *, site: Site, draws: Mapping[str, int]) -> tuple[Step, ...]:
    """The comments that come next on what is no pass, ready to be copied; `draws` are those that an accept needs, by suite."""
    if not (_may_be_accepted(site) and _could_be_accepted(report)):
        return ()
    look = [Step(text=_LOOK, command="/gate explain")] if any(map(is_drop, report.verdict.findings)) else []
    few = any(run.draws < draws.get(run.suite, Draws().accept) for run in report.runs)
    if few:
        return (*look, Step(text=_HOW_MORE, command="/gate run accept"))
    return (*look, Step(text=_HOW, command=f"/gate accept {site.check.head_sha[:7]}"))


def seal_of(body: str) -> tuple[str, str]:
    """(head, digest) of the last line of a comment of ours; both empty where it bears none."""
    found = _SEAL.fullmatch(body.strip().rpartition("\n")[2].strip())
    return (found.group(1), found.group(2)) if found else ("", "")


def recorded(desk: Desk, sha: str, *, statuses: Sequence[PostedStatus]) -> Record:
    """What the pull request's own run recorded at a commit, of which these are the statuses.

    Raises:
        UserError: there is nothing, or something of it is not as it should be; with what to do.
        HostError: it cannot be had.
    """
    run_id, digest = _told(desk, sha, statuses)
    run = desk.github.workflow_run(run_id)
    _refuse_other_run(desk, run, sha)
    if str(run.id) != desk.environment.get("GITHUB_RUN_ID"):  # a second attempt goes on within the same run
        _refuse_unfinished(run)
    content = _archive(desk, run)
    report = _report(content)
    names = {f"results/{each.suite}.json": each.suite for each in report.runs}
    files = read_zip(content, names={_REPORT, *names}, limit_bytes=UNPACKED_LIMIT_BYTES)
    if files_digest(files) != digest:
        raise _refused("what the run uploaded is not what it recorded: the digests differ")
    results = {names[name]: _results(data, name) for name, data in files.items() if name in names}
    if report.head.sha != sha or any(name != result.suite for name, result in results.items()):
        raise _refused("what the run recorded is about another commit or another suite")
    return Record(run=run, digest=digest, report=report, results=results)


def own_workflow(desk: Desk) -> str:
    """The path of the workflow file that this job stands in; empty where the runner does not say."""
    path = desk.environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    return path.removeprefix(f"{desk.github.repository}/")


def _may_be_accepted(site: Site) -> bool:
    """Whether what is recorded there may be taken up by a comment: a fork can forge what its run leaves."""
    pull = site.check.pull
    return pull is not None and not pull.fork and site.trusted


def _could_be_accepted(report: Report) -> bool:
    """Whether a baseline of these results would change the verdict: not of a run that failed, nor for a suite that is gone."""
    verdict = report.verdict
    codes = {each.code for each in verdict.findings if each.blocking and each.kind is not Kind.PASS}
    failed = verdict.exit_code == EvaluationError.exit_code
    return verdict.kind is not Kind.PASS and not failed and codes != {"removed_suite"}


def draws_needed(desk: Desk, sha: str) -> dict[str, int]:
    """How many draws of each case an accept stores, by suite, as a commit's config says; none where there is no config."""
    text = desk.history.read_at(sha, desk.config)
    try:
        sheet = PolicySheet() if text is None else policy_sheet(parse(text, desk.config))
    except UserError:  # of which the check itself has spoken
        return {}
    return {suite: draws.accept for suite, draws in sheet.draws.items()}


def _is_recorded(name: str) -> bool:
    return name == _REPORT or name.startswith("results/")


def _told(desk: Desk, sha: str, statuses: Sequence[PostedStatus]) -> tuple[int, str]:
    """The run and the digest that our own status names."""
    ours = desk.github.login().lower()
    mine = [each for each in statuses if each.context == desk.inputs.status and each.creator.lower() == ours]
    if mine and mine[0].state == "pending":
        raise _refused(f"the check of {sha[:7]} is running", fix="wait until it has ended, then try again")
    address = f"{desk.github.server_url}/{desk.github.repository}"
    found = run_and_digest(mine[0].target_url, repository_url=address) if mine else None
    if found is None:
        raise _refused(f"no results are recorded for {sha[:7]}")
    return found


def _refuse_other_run(desk: Desk, run: WorkflowRun, sha: str) -> None:
    here, path = own_workflow(desk), run.path
    if run.fork or run.event != "pull_request" or run.head_sha != sha or (here and path != here):
        raise _refused(f"the run {run.id} that is named there is not the pull request's own run of {sha[:7]}")


def _refuse_unfinished(run: WorkflowRun) -> None:
    """The results are uploaded after the status is set, and before the run ends."""
    if run.status != "completed":
        raise _refused(
            f"the run of {run.head_sha[:7]} has not ended yet", fix="wait until it has, then try again"
        )


def _archive(desk: Desk, run: WorkflowRun) -> bytes:
    found = desk.github.artifacts(run.id, name=ARTIFACT)
    mine = [each for each in found if each.head_sha in {"", run.head_sha} and each.run_id in {0, run.id}]
    if not mine:
        raise _refused(f"the run left no artifact {ARTIFACT!r}")
    return desk.github.download(mine[0], limit_bytes=ARCHIVE_LIMIT_BYTES)


def _report(content: bytes) -> Report:
    files = read_zip(content, names={_REPORT}, limit_bytes=UNPACKED_LIMIT_BYTES)
    try:
        return Report.model_validate(json.loads(files[_REPORT].decode()))
    except (KeyError, ValueError, RecursionError):  # pydantic's and json's errors are ValueErrors
        raise _refused(f"what the run uploaded holds no {_REPORT} that can be read") from None


def _results(data: bytes, name: str) -> RunResult:
    try:
        return load_results(data.decode(), name)
    except UnicodeDecodeError:
        raise _refused(f"{name} of what the run uploaded is no text") from None


def _refused(what: str, *, fix: str = _AGAIN) -> UserError:
    return UserError(Problem(message=what, fix=fix))
