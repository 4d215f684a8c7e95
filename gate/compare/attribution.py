"""Diffs of two suites → to which part of the application a drop is laid.

One suite asks the whole application; the other asks its generation alone, the same questions on passages that were
recorded. What falls in both fell where the passages were the same: in generation. What falls in the first alone fell
with the passages: in retrieval. It is a word beside the verdict, and changes none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gate.compare import findings as say
from gate.model.scorecard import Comparison
from gate.model.verdict import Finding, Kind, MetricDiff


def laid_to(comparisons: Iterable[Comparison], diffs: Sequence[MetricDiff]) -> Iterator[Finding]:
    """A note for each metric that regressed in a whole whose generation is asked alone, too."""
    by_place = {(diff.suite, diff.metric): diff for diff in diffs}
    wholes = {each.suite: each.policy.generation_of for each in comparisons}
    for part, whole in sorted(wholes.items()):
        for diff in diffs:
            if diff.suite == whole and diff.kind is Kind.REGRESSED:
                yield _note(diff, part=part, by_place=by_place)


def _note(diff: MetricDiff, *, part: str, by_place: Mapping[tuple[str, str], MetricDiff]) -> Finding:
    beside = by_place.get((part, diff.metric))
    if beside is None:
        message = f"{diff.metric} is not measured in {part}, so the drop in {diff.suite} is attributed to neither part"
        action = f"give {part} the evaluators of {diff.suite}"
    elif beside.kind is Kind.REGRESSED:
        message = f"{diff.metric} got worse in {diff.suite} and, on recorded passages, in {part}: attributed to generation"
        action = "look at the prompt and the model first"
    elif beside.kind is Kind.PASS:
        message = f"{diff.metric} got worse in {diff.suite} and held on recorded passages in {part}: attributed to retrieval"
        action = "look at what is found first: index, query, ranking"
    else:
        message = f"{diff.metric} got worse in {diff.suite}; on recorded passages, {part} can't tell: attributed to neither part"
        action = f"give {part} more draws or cases"
    return say.note("laid_to", message, action, suite=diff.suite, metric=diff.metric)
