"""Contests + slices → the drops of each part of the suite, tested as one family with Benjamini and Hochberg."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gate.compare.contest import Contest, sliced
from gate.compare.families import benjamini_hochberg
from gate.compare.judge import LAST_BITS, Judgement, is_few_clusters, reachable_p
from gate.compare.pairs import tags_of
from gate.model.scorecard import Comparison
from gate.model.suite import Slice
from gate.model.verdict import Kind


def members(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """Slice → the ids of its cases, on either side. A declared slice that matches no case is there, and empty."""
    head, base = comparison.head, comparison.baseline
    ids = sorted({**head.cases, **(base.cases if base is not None else {})})
    declared = comparison.policy.slices
    found: dict[str, list[str]] = {each.name: [] for each in declared if isinstance(each, Slice)}
    seen: set[str] = set()
    for case_id in ids if declared else ():
        tags = tags_of(base, head, case_id)
        seen.update(tags)
        for name in _slices_of(tags, declared=declared):
            found.setdefault(name, []).append(case_id)
    found.update({tag: [] for tag in declared if isinstance(tag, str) and tag not in seen})
    return {name: tuple(found[name]) for name in sorted(found)}


def cut(
    contests: Iterable[Contest], *, members: Mapping[str, Sequence[str]], fewest: int
) -> Iterator[Contest]:
    """Each metric → itself over each slice that has enough paired cases."""
    ids: Sequence[str] = ()
    parts: Mapping[str, Sequence[int]] = {}
    for contest in contests:
        if contest.ids is not ids:  # nearly always all metrics have the same cases
            ids = contest.ids
            parts = _places(ids, members=members)
        for name, indices in parts.items():
            if len(indices) >= fewest:
                yield sliced(contest, name=name, indices=indices)


def judge_slices(contests: Sequence[Contest], *, q: float) -> list[tuple[Judgement, float]]:
    """The judgement and the adjusted p of each slice of each metric: one family, over all suites.

    As with whole metrics, what the pooled draws do not allow to be found does not enter the family.
    """
    entered = [i for i, contest in enumerate(contests) if reachable_p(contest) <= q]
    adjusted = [min(1.0, contest.evidence.p * (len(entered) + 1)) for contest in contests]
    for index, p in zip(entered, benjamini_hochberg([contests[i].evidence.p for i in entered]), strict=True):
        adjusted[index] = p
    return [
        (_judge(contest, rejected=p <= q and reachable_p(contest) <= q), p)
        for contest, p in zip(contests, adjusted, strict=True)
    ]


def _judge(contest: Contest, *, rejected: bool) -> Judgement:
    evidence, allowed = contest.evidence, contest.rule.drop_on_scale
    if rejected and evidence.delta < -allowed - LAST_BITS:
        return Judgement(Kind.REGRESSED, "slice_regressed", "dropped by more than a slice is allowed to")
    if not evidence.changed:
        return Judgement(Kind.PASS, "pass", "no case changed")
    if evidence.low > -allowed and not is_few_clusters(contest):
        return Judgement(Kind.PASS, "pass", "")
    return Judgement(Kind.INCONCLUSIVE, "inconclusive", "too few draws to tell")


def _places(ids: Sequence[str], *, members: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Slice → where among `ids` its cases are."""
    places = {case_id: place for place, case_id in enumerate(ids)}
    return {name: [places[each] for each in own if each in places] for name, own in members.items()}


def _slices_of(tags: Mapping[str, str], *, declared: Sequence[str | Slice]) -> Iterator[str]:
    for each in declared:
        if isinstance(each, str):
            if each in tags:
                yield f"{each}={tags[each]}"
        elif each.where.items() <= tags.items():
            yield each.name
