"""Segments → sentences: where a drop is concentrated. They explain; no sentence of it is part of a verdict."""

from gate.model.segment import Segment
from gate.model.verdict import Kind, MetricDiff, SuiteVerdict, Verdict
from gate.render.numbers import count, counted, means
from gate.render.words import Name, Part, Words, joined

TITLE = "Where the drop is concentrated"
ASIDE = "by tags and their combinations; it explains, and decides nothing"


def concentrated(verdict: Verdict) -> list[Words]:
    """One sentence for each metric that is no pass, or of which a part dropped by what must be caught: on the surest.

    None where a slice that regressed says the same.
    """
    told = []
    for suite in verdict.suites:
        diffs = {diff.metric: diff for diff in suite.diffs}
        surest = {segment.metric: segment for segment in reversed(suite.search.segments)}
        for metric in dict.fromkeys(segment.metric for segment in suite.search.segments):
            segment, diff = surest[metric], diffs.get(metric)
            if diff is None:
                continue  # a report that was written by another hand
            grave = diff.kind is not Kind.PASS or (segment.drop or 0.0) > diff.must_catch
            if grave and not _sliced(segment, suite):
                told.append(segment_sentence(segment, diff, alone=len(verdict.suites) == 1))
    return told


def segments_of(diff: MetricDiff, verdict: Verdict) -> list[Words]:
    """Each part in which this metric dropped, the surest first: `category=a`: 9 of 16 cases there (…).

    None that a slice that regressed says.
    """
    return [
        (*terms(segment), segment_figures(segment, unit=diff.unit), ".")
        for suite in verdict.suites
        if suite.suite == diff.suite
        for segment in suite.search.segments
        if segment.metric == diff.metric and not _sliced(segment, suite)
    ]


def _sliced(segment: Segment, suite: SuiteVerdict) -> bool:
    """Whether a slice that regressed is this very part."""
    return len(segment.terms) == 1 and any(
        (row.metric, row.slice) == (segment.metric, str(segment.terms[0]))
        for row in suite.slices
        if row.kind is Kind.REGRESSED
    )


def segment_sentence(segment: Segment, diff: MetricDiff, *, alone: bool) -> Words:
    """`x` got worse where `kind=a` and `lang=de`: 17 of 20 cases there (0.85 to 0.00), 12 of the 380 others."""
    where: tuple[Part, ...] = () if alone else (" of ", Name(diff.suite))
    return (
        Name(segment.metric),
        *where,
        " got worse where ",
        *terms(segment),
        segment_figures(segment, unit=diff.unit),
        ".",
    )


def segment_figures(segment: Segment, *, unit: str | None) -> str:
    """`: 17 of 20 cases there (0.85 to 0.00), 12 of the 380 others`."""
    base, head = means(segment.baseline, segment.head, unit=unit)
    return (
        f": {count(segment.worse)} of {counted(segment.n, 'case')} there ({base} \u2192 {head}), "
        f"{count(segment.others_worse)} of the {counted(segment.others, 'other')}"
    )


def terms(segment: Segment) -> Words:
    """`kind=a` and `lang=de`."""
    return joined([(Name(str(term)),) for term in segment.terms], separator=" and ")
