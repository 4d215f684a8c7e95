"""Report → sentences, as Words: the verdict in one, each finding in one, the runs in one each. Computes no verdict."""

from collections.abc import Iterator

from gate.model.report import Report, RunSummary
from gate.model.verdict import Finding, Kind, MetricDiff, Verdict
from gate.render.expenses import beside
from gate.render.figures import Figures, figures
from gate.render.numbers import UNKNOWN, count, counted, duration, money, percent, tidy, tokens
from gate.render.revisions import at, between
from gate.render.words import Message, Name, Part, Strong, Words, joined

KIND_WORDS = {
    Kind.PASS: "Pass",
    Kind.INCONCLUSIVE: "Can't tell",
    Kind.REGRESSED: "Regressed",
    Kind.NOT_COMPARABLE: "Not comparable",
    Kind.ERROR: "Error",
}
Diffs = dict[tuple[str, str, str | None], MetricDiff]
_MEASURED = (Kind.REGRESSED, Kind.INCONCLUSIVE)


def by_place(verdict: Verdict) -> Diffs:
    """Suite, metric and slice → the figures there are."""
    diffs = (diff for suite in verdict.suites for diff in (*suite.diffs, *suite.slices))
    return {(diff.suite, diff.metric, diff.slice): diff for diff in diffs}


def diff_of(finding: Finding, diffs: Diffs) -> MetricDiff | None:
    """The figures that a finding speaks of, where it has them."""
    return diffs.get((finding.suite, finding.metric or "", finding.slice))


def leading(verdict: Verdict) -> Finding | None:
    """The finding that the verdict's sentence tells: blocking before not, the worst, the whole before a slice."""
    diffs = by_place(verdict)
    some = [finding for finding in verdict.findings if finding.kind is not Kind.PASS]
    return min(some, key=lambda finding: _rank(finding, diff_of(finding, diffs)), default=None)


def headline(report: Report) -> Words:
    """The verdict in a sentence or two, with both revisions. Its words follow the verdict's kind and nothing else."""
    verdict, finding = report.verdict, leading(report.verdict)
    title = Strong(KIND_WORDS[verdict.kind])
    if verdict.kind is Kind.PASS:
        return (title, ": ", *_passed(report))
    if finding is None:
        return (title, *between(report), ".")
    diff = diff_of(finding, by_place(verdict))
    if diff is None or finding.kind not in _MEASURED or diff.baseline is None or diff.head is None:
        return (title, *between(report), ": ", *sentence(finding.message))
    return (title, ": ", *moved(diff, report), " ", *grounds(finding, diff, report), *_rest(finding, verdict))


def sentence(message: str) -> Words:
    """A finding's message, with a full stop."""
    text = message.rstrip()
    return (Message(text if text.endswith((".", "!", "?")) else f"{text}."),)


def confidence(verdict: Verdict) -> str:
    """`90% interval`, by the level of a look; only `interval` where that is not known."""
    level = verdict.level
    if level is None and verdict.looks == 1:
        level = verdict.policy.alpha
    return "interval" if level is None else f"{percent(round(1 - 2 * level, 3))} interval"


def subject(diff: MetricDiff, verdict: Verdict) -> Words:
    """`exact_match` in `category=refund` of `support`, as much of it as it takes."""
    parts: list[Part] = [Name(diff.metric)]
    if diff.slice is not None:
        parts += [" in ", Name(diff.slice)]
    if len(verdict.suites) > 1:
        parts += [" of ", Name(diff.suite)]
    return tuple(parts)


def needed(diff: MetricDiff) -> str:
    """What it would take to tell, in cases or in draws; empty where that is not known."""
    ways = []
    if diff.cases_needed is not None and diff.cases_needed > diff.n:
        ways.append(f"about {counted(diff.cases_needed, 'case')} (here {count(diff.n)})")
    if diff.draws_needed is not None and diff.draws_needed > diff.head_draws[1]:
        ways.append(f"{counted(diff.draws_needed, 'draw')} of each case (here {count(diff.head_draws[1])})")
    return " or ".join(ways)


def run_sentence(run: RunSummary) -> Words:
    """What a run of one suite took: calls, time, speed, tokens, money."""
    took = [
        f"{counted(run.trials, 'trial')} ({counted(run.cases, 'case')}, {counted(run.draws, 'draw')} each)"
    ]
    if run.resumed:
        took.append(f"{count(run.resumed)} of them kept from before")
    if run.duration_s:
        took.append(duration(run.duration_s))
    if run.throughput_per_s is not None:
        took.append(f"{tidy(f'{run.throughput_per_s:,.1f}')} a second")
    if run.latency_p50_s is not None and run.latency_p95_s is not None:
        took.append(f"latency p50 {duration(run.latency_p50_s)}, p95 {duration(run.latency_p95_s)}")
    if run.ttft_p50_s is not None:
        took.append(f"first token p50 {duration(run.ttft_p50_s)}")
    if run.input_tokens is not None or run.output_tokens is not None:
        took.append(f"{tokens(run.input_tokens)} tokens in, {tokens(run.output_tokens)} out")
    if run.cost_usd is not None:
        took.append(money(run.cost_usd))
    elif run.input_tokens is not None or run.output_tokens is not None:
        took.append("cost unknown")
    took += beside(run)
    return (Name(run.suite), ": ", " · ".join(took), ".", *_failures(run), *_stopped(run))


def _failures(run: RunSummary) -> Iterator[Part]:
    if run.failed:
        yield f" {counted(run.failed, 'trial')} failed: "
        kinds = sorted(run.failures.items(), key=lambda item: (-item[1], item[0]))[:5]
        yield from joined([(Name(kind), f" {count(number)}") for kind, number in kinds], separator=", ")
        yield "."
    for failure in run.examples[:3]:
        yield from (" ", Name(failure.kind), ": ", *sentence(failure.message))


def _stopped(run: RunSummary) -> Iterator[Part]:
    if run.stopped:
        yield from (" ", Strong("Stopped early"), ": ", *sentence(run.stopped))


def _passed(report: Report) -> Words:
    verdict = report.verdict
    diffs = (diff for suite in verdict.suites for diff in suite.diffs)
    gated = sum(diff.mode == "block" and diff.kind is not Kind.NOT_COMPARABLE for diff in diffs)
    cases = sum(suite.cases for suite in verdict.suites)
    where = f" of {counted(len(verdict.suites), 'suite')}" if len(verdict.suites) > 1 else ""
    what = f"no regression found in {counted(gated, 'gated metric')} over {counted(cases, 'case')}{where},"
    warned = " Its warnings are shown below." if leading(verdict) is not None else ""
    return (what, *between(report), f".{warned}")


def moved(diff: MetricDiff, report: Report) -> Words:
    """`x` fell from 0.91 in the baseline at `9f8e7d6` to 0.78 at `1a2b3c4` (-13 points, ...; allowed -2)."""
    texts = figures(diff)
    return (
        *subject(diff, report.verdict),
        f" {_verb(diff)} from ",
        Strong(texts.base),
        " in the baseline",
        *at(report.base),
        " to ",
        Strong(texts.head),
        *at(report.head),
        f" ({_change(texts, report.verdict)}).",
    )


def grounds(finding: Finding, diff: MetricDiff, report: Report) -> Iterator[Part]:
    """Why: the bar it lies beyond, what could not be ruled out, which cases moved, which slices are worst."""
    texts = figures(diff)
    chance = ", which may be chance" if finding.kind is Kind.INCONCLUSIVE else ""
    if texts.bar:
        yield from (
            "Its ",
            Message(diff.statistic),
            f" is {texts.value}, {texts.side} of {texts.bar}{chance}. ",
        )
    elif finding.kind is Kind.INCONCLUSIVE:
        yield from _undecided(finding, diff)
    yield _movement(diff)
    worst = _worst_slices(diff, report.verdict)
    if worst:
        yield "; worst in "
        yield from joined([(Name(name),) for name in worst], separator=" and ")
    yield "."
    takes = needed(diff) if finding.kind is Kind.INCONCLUSIVE else ""
    if takes:
        yield f" Telling takes {takes}."


def _undecided(finding: Finding, diff: MetricDiff) -> Iterator[Part]:
    if finding.code == "inconclusive":
        way = "drop" if diff.better == "higher" else "rise"
        yield f"A {way} of {figures(diff).catch} can't be ruled out. "
    elif diff.reason:
        yield from (*sentence(diff.reason[:1].upper() + diff.reason[1:]), " ")


def _change(texts: Figures, verdict: Verdict) -> str:
    number, _, unit = texts.change.partition(" ")
    change = f"{tidy(number)} {unit}".strip()
    interval = "" if texts.interval == UNKNOWN else f", {confidence(verdict)} {texts.interval}"
    return f"{change}{interval}; allowed {texts.allowed.removesuffix(f' {unit}')}"


def _verb(diff: MetricDiff) -> str:
    if diff.baseline == diff.head:
        return "stayed"
    return "fell" if (diff.head or 0) < (diff.baseline or 0) else "rose"


def _movement(diff: MetricDiff) -> str:
    worse = f"{counted(diff.broken, 'case')} got worse"
    if diff.confirmed_broken:
        worse += f" ({count(diff.confirmed_broken)} in every draw)"
    return f"{worse}, {count(diff.fixed) if diff.fixed else 'none'} better"


def _worst_slices(diff: MetricDiff, verdict: Verdict) -> list[str]:
    """At most two slices that were themselves found to have regressed, worst first."""
    if diff.slice is not None:
        return []
    found = [
        (row.drop or 0.0, row.slice)
        for suite in verdict.suites
        if suite.suite == diff.suite
        for row in suite.slices
        if row.metric == diff.metric and row.kind is Kind.REGRESSED and row.slice is not None
    ]
    return [name for _, name in sorted(found, key=lambda item: (-item[0], item[1]))[:2]]


def _rest(finding: Finding, verdict: Verdict) -> Words:
    """How many other findings of the same weight there are."""
    same = [
        each for each in verdict.findings if (each.kind, each.blocking) == (finding.kind, finding.blocking)
    ]
    more = len(same) - 1
    return (f" {counted(more, 'more finding')} of this kind below.",) if more else ()


def _rank(finding: Finding, diff: MetricDiff | None) -> tuple[bool, int, bool, float, str, str, str]:
    size = (diff.drop or 0.0) / (diff.must_catch or 1.0) if diff else 0.0
    part = finding.slice is not None
    names = (finding.suite, finding.metric or "", finding.slice or "")
    return (not finding.blocking, -finding.kind.severity, part, -size, *names)
