"""The check: run, lay the scores beside the base's baseline, take the second look where it is wanted, report."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version

from gate.base import (
    Base,
    base_at,
    base_of_working_tree,
    proposed,
    removed_side,
    unread_side,
    with_inconclusive,
)
from gate.compare.decide import decide, wants_second_look
from gate.compare.findings import note
from gate.compare.tally import tally
from gate.flows.looks import Again, first_look
from gate.host.local import from_here
from gate.model.errors import UserError
from gate.model.ports import History
from gate.model.quantity import counted
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Suite
from gate.model.verdict import Kind, Verdict
from gate.place import Place
from gate.ready import Prepared, prepare
from gate.render.assemble import Evidence, assemble
from gate.render.steps import Invocation
from gate.running import Bench, Draws, bench


@dataclass(frozen=True, kw_only=True)
class Against:
    """The commit that a head is held against: `ref` as `history` knows it; `head` is what the report calls the head.

    Without `head` it is called what the working tree says of itself. `on_inconclusive` (`block` or `warn`) is put in
    the place of what the base's policy says; empty: it stands. `accepted` are baselines of the head by suite that were
    accepted for it, and take the place of the base's.
    """

    history: History
    ref: str
    head: Revision | None = None
    on_inconclusive: str = ""
    accepted: Mapping[str, Scorecard] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check leaves: the report, and by suite the results and the baselines that they were held against."""

    report: Report
    results: Mapping[str, RunResult]
    baselines: Mapping[str, Scorecard] = field(default_factory=dict)


@contextmanager
def check(
    place: Place,
    *,
    only: Sequence[str] = (),
    against: Against | None = None,
    fresh: bool = False,
    again: Again | None = None,
) -> Iterator[Checked]:
    """Run, compare with the base, report. Leave the block when it is delivered: until then the runs are not over.

    Policy, draws and baseline come from the commit that it is held `against`, or from the working tree where there is
    none. Where the first look cannot tell, the planned second one is taken, once. With `fresh` no draw of an earlier run
    is used: several fresh checks of one application are several tries, and one of them passes sooner or later. With `again`
    the run goes on with what another one recorded, and takes all looks at once.

    Raises:
        UserError: before anything is run, with everything there is to mend.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    asked = _asked(place, against)
    prepared = prepare(place.tree, place.config, only=only)
    head = base_of_working_tree(place.tree, place.config, prepared.sheet)
    base = head if against is None else held_against(place.config, against)
    unasked = () if only else _removed(base, prepared)
    prepared, unread = _judgeable(base, prepared.drawn_as(base.sheet))
    unasked = (*unasked, *unread)
    looks = 2 if any(ready.suite.draws.most > ready.suite.draws.check for ready in prepared.suites) else 1
    with bench(place, prepared.suites, fresh=fresh, verb="check") as runs:
        results = first_look(runs, prepared, again)
        compared = [*_comparisons(base, prepared, results), *unasked]
        verdict = decide(compared, base.sheet.policy, look=1 if again is None else looks, looks=looks)
        if wants_second_look(verdict):
            second = _second_look(place, prepared, runs, results, verdict)
            results = {**results, **second.results}
            compared = [*_comparisons(base, prepared, results), *unasked]
            verdict = second.told(decide(compared, base.sheet.policy, look=2, looks=looks))
        evidence = _evidence(place, against, base=base, head=head, resumed=runs.resumed)
        runs.recorder.conclude(verdict, head=evidence.head.sha, base=evidence.base.sha)
        report = assemble(verdict, results=results, evidence=replace(evidence, asked=asked(results)))
        yield Checked(report=report, results=results, baselines=base.scorecards)


def _asked(place: Place, against: Against | None) -> Callable[[Iterable[str]], Invocation]:
    """What the commands of the next steps repeat, by the suites that were run.

    Where a person stands is looked at before anything of theirs is imported, which may change the folder.
    """
    config, base = from_here(place.tree.root / place.config), "" if against is None else against.ref
    output = place.results
    kept = "" if output is None else from_here(output)
    folder = output is not None and output.is_dir()
    if output is not None and output.exists() and not (folder or output.is_file()):
        kept = ""  # a device or a pipe keeps nothing

    def asked(suites: Iterable[str]) -> Invocation:
        files = {suite: [f"{kept.rstrip('/')}/{suite}.json" if folder else kept] for suite in suites}
        return Invocation(config=config, base=base, results=files if kept else {})

    return asked


def _evidence(
    place: Place, against: Against | None, *, base: Base, head: Base, resumed: Mapping[str, int]
) -> Evidence:
    """What the report says of both sides; what the head would change of the bar, where it is held against another one."""
    return Evidence(
        tool_version=version("llm-regression-gate"),
        head=(against and against.head) or place.tree.revision(),
        base=base.revision,
        policy_source=base.policy_source,
        proposals=proposed(base, head) if against is not None else (),
        resumed=resumed,
    )


def held_against(config: str, against: Against) -> Base:
    """The base of a commit.

    Raises:
        UserError: as `base_at`.
    """
    base = with_inconclusive(base_at(against.history, config, against.ref), against.on_inconclusive)
    return replace(base, baselines={**base.baselines, **against.accepted}) if against.accepted else base


def _comparisons(base: Base, prepared: Prepared, results: Mapping[str, RunResult]) -> list[Comparison]:
    """Each suite that was run beside its baseline, judged by the base's policy for it."""
    comparisons = []
    for ready in prepared.suites:
        name = ready.suite.name
        policy = base.sheet.suites.get(name, ready.suite.policy)
        comparisons.append(
            Comparison(
                suite=name,
                head=tally(results[name], keep=policy.gates),
                baseline=base.baseline(name),
                missing=base.missing(name),
                calibration=base.calibration(name),
                policy=policy,
                stopped=results[name].stopped,
            )
        )
    return comparisons


def _judgeable(base: Base, prepared: Prepared) -> tuple[Prepared, Sequence[Comparison]]:
    """The suites that can be judged, and what is said of the others, of which nothing is asked.

    Raises:
        UserError: there is not one that can be.
    """
    left = [ready for ready in prepared.suites if ready.suite.name not in base.unread]
    if not left and prepared.suites:
        raise UserError(*(base.unread[ready.suite.name] for ready in prepared.suites))
    unread = [unread_side(base, ready.suite.name) for ready in prepared.suites if ready not in left]
    return replace(prepared, suites=tuple(left)), unread


def _removed(base: Base, prepared: Prepared) -> Sequence[Comparison]:
    """The suites of the base that the head has no more."""
    gone = base.sheet.suites.keys() - {ready.suite.name for ready in prepared.suites}
    return [removed_side(base, name) for name in sorted(gone)]


@dataclass(frozen=True, kw_only=True)
class _SecondLook:
    """The results of the suites that were looked at again, and why the others were not, by suite."""

    results: Mapping[str, RunResult]
    declined: Mapping[str, str]

    def told(self, verdict: Verdict) -> Verdict:
        """The verdict on all draws, with a word on every second look that the budget did not allow."""
        action = "raise the cap, or decide on what the first look says"
        notes = tuple(
            note("second_look_declined", f"the second look was not taken: {why}", action, suite=suite)
            for suite, why in self.declined.items()
        )
        look = verdict.look if self.results else 1
        return verdict.model_copy(update={"findings": (*verdict.findings, *notes), "look": look})


def _second_look(
    place: Place,
    prepared: Prepared,
    runs: Bench,
    results: Mapping[str, RunResult],
    verdict: Verdict,
) -> _SecondLook:
    """More draws of all cases of every suite that could not be told and can be paid, pooled with the first."""
    undecided = {suite.suite for suite in verdict.suites if suite.kind is Kind.INCONCLUSIVE}
    taken: dict[str, RunResult] = {}
    declined: dict[str, str] = {}
    for ready in prepared.suites:
        suite = ready.suite
        if suite.name not in undecided or suite.draws.most <= suite.draws.check:
            continue
        draws = more_draws(suite)
        why = runs.shortage(ready, draws, earlier=results[suite.name])
        if why is not None:
            declined[suite.name] = why
            place.notice(f"{suite.name}: the first look can't tell, and the second is not taken: {why}")
            continue
        more = draws.count * len(suite.cases)
        place.notice(
            f"{suite.name}: the first look can't tell; the second takes {counted(more, 'more trial')}"
        )
        taken |= runs.take_more([ready], more_draws, earlier=results)
    return _SecondLook(results=taken, declined=declined)


def more_draws(suite: Suite) -> Draws:
    """What the second look of a suite takes."""
    return Draws(purpose="check", count=suite.draws.most - suite.draws.check, first=suite.draws.check)
