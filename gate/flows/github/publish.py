"""What a fork's run left behind → the verdict, judged anew and told on the trusted side.

The artifact is data from a stranger: bounded in size, checked against the schema, bound to the head of the run that
GitHub names. A fork can forge it, so it may turn a status red, and never green: that takes a maintainer's own run. Which
suites the pull request touches is GitHub's own word, so that one that touches none is green without one.
"""

from collections.abc import Mapping, Sequence

from gate.base import base_at
from gate.config.file import parse
from gate.flows.check import Against, held_against
from gate.flows.github.desk import Desk, concluding
from gate.flows.github.fork_proven import accepted_of_fork
from gate.flows.github.paged import paged
from gate.flows.github.pages import pages_of_report, pages_of_untouched
from gate.flows.github.recorded import ARCHIVE_LIMIT_BYTES, ARTIFACT, UNPACKED_LIMIT_BYTES
from gate.flows.github.scope import Scope, named_base, no_config, scope_of
from gate.flows.github.telling import Teller
from gate.flows.judged import Recorded, judged
from gate.host.event import Check, Nothing, Run
from gate.host.github.archive import read_zip
from gate.host.plan import Site, of_nothing, of_report, of_untouched
from gate.model.effect import Effect
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.redaction import public
from gate.model.report import Revision


def published(desk: Desk, run: Run) -> int:
    """Judge and tell; the exit code is the verdict's.

    Raises:
        GateError: no verdict was reached; the pull request has been told.
    """
    owner = run.head_repository.partition("/")[0]
    pull = desk.github.pull_request_of(run.head_sha, head=f"{owner}:{run.head_ref}") if owner else None
    if pull is None or pull.state != "open":
        reason = f"no open pull request has the head {run.head_sha[:12]} of that run any more"
        desk.runner.notice(f"Nothing was judged: {reason}")
        teller = Teller(runner=desk.runner, github=None, secrets=desk.secrets)
        teller.tell(of_nothing(Nothing(reason=reason), name=desk.inputs.status, run_url=desk.event.run_url))
        return 0
    check = Check(head_sha=run.head_sha, base_sha=pull.base_sha, pull=pull)
    with concluding(desk, desk.site(check, trusted=False)) as conclusion:
        conclusion.site = desk.site(named_base(desk, check), trusted=False)
        effects, exit_code = _judged(desk, conclusion.site, run)
        conclusion.reach(effects, exit_code=exit_code)
    return conclusion.exit_code


def _judged(desk: Desk, site: Site, run: Run) -> tuple[Sequence[Effect], int]:
    check = site.check
    text = desk.history.read_at(check.head_sha, desk.config)
    if text is None:
        raise UserError(no_config(desk.inputs.config, "the pull request"))
    scope = scope_of(
        desk,
        check,
        head=parse(text, desk.config),
        read=lambda path: desk.history.read_at(check.head_sha, path),
    )
    if not scope.suites:
        return of_untouched(pages=pages_of_untouched(scope.total, site=site), site=site), 0
    texts = _results(desk, run, scope)
    results = {suite: load_results(text, f"results/{suite}.json") for suite, text in texts.items()}
    accepted = accepted_of_fork(desk, check)
    site = site.model_copy(update={"remark": accepted.remark})
    against = Against(
        history=desk.history,
        ref=check.base_sha,
        on_inconclusive=desk.inputs.on_inconclusive,
        accepted=accepted.cards,
    )
    base = held_against(desk.config, against)
    report = judged(
        Recorded(
            results=results,
            wanted=scope.suites,
            revision=Revision(label="HEAD", sha=check.head_sha),
            asked=desk.asked(site.check),
        ),
        base=base,
        head=base_at(desk.history, desk.config, check.head_sha),
    )
    report = public(report, secrets=desk.secrets)
    pages = pages_of_report(report, texts, site=site, config=desk.config, folder=desk.folder)
    pages = paged(desk, pages, report=report, texts=texts, baselines=base.scorecards)
    # Notes of this run would stand at the default branch, and not in the pull request.
    pages = pages.model_copy(update={"annotations": ()})
    return of_report(report, pages=pages, site=site, folder=desk.inputs.reports), report.verdict.exit_code


def _results(desk: Desk, run: Run, scope: Scope) -> Mapping[str, str]:
    """The results files of the suites that are touched, as far as the run left any.

    Raises:
        UserError: it left none, or what it left is no text.
    """
    found = desk.github.artifacts(run.id, name=ARTIFACT)
    mine = [each for each in found if each.head_sha in {"", run.head_sha}]
    if not mine:
        message = f"the fork's run ended as {run.conclusion or 'unknown'} and left no artifact {ARTIFACT!r}"
        fix = "look at the log of that run; a suite that needs a secret cannot run in a fork: let a maintainer run it"
        raise UserError(Problem(message=message, fix=fix))
    content = desk.github.download(mine[0], limit_bytes=ARCHIVE_LIMIT_BYTES)
    names = {f"results/{suite}.json": suite for suite in scope.suites}
    files = read_zip(content, names=names.keys(), limit_bytes=UNPACKED_LIMIT_BYTES)
    return {names[name]: _text(data, name) for name, data in files.items()}


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        message = "what the fork's run left is no text"
        raise UserError(Problem(message=message, value=name, fix="run the check again")) from None
