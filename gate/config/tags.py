"""Slices and cluster of a suite, against the tags that its cases carry → problems. An empty slice never passes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gate.config.nodes import KeyPath, Source, spelt
from gate.config.words import did_you_mean, nearest
from gate.model.case import Case
from gate.model.errors import Problem
from gate.model.suite import Slice, SuitePolicy

_SHOWN = 3


def tag_problems(policy: SuitePolicy, cases: Sequence[Case], source: Source, *, at: KeyPath) -> list[Problem]:
    """What `slices` and `cluster` of the suite at a key path ask of the cases and no case, or not every one, has."""
    values: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        for tag, value in case.slice_tags.items():
            values[tag].add(value)
    problems = []
    for index, one in enumerate(policy.slices):
        path = (*at, "slices", index)
        if isinstance(one, str):
            found = (
                None
                if one in values
                else (f"no case carries the tag {one!r}", did_you_mean(one, sorted(values)))
            )
        else:
            found = _unmatched(one, cases, values)
        if found:
            message, fix = found
            problems.append(Problem(message=message, place=source.place(path), key=spelt(path), fix=fix))
    if policy.cluster is not None:
        problems += _unclustered(policy.cluster, cases, source, path=(*at, "cluster"))
    return problems


def _unmatched(one: Slice, cases: Sequence[Case], values: Mapping[str, set[str]]) -> tuple[str, str] | None:
    """Message and fix where no case has all the tags of a named slice."""
    wanted = one.where.items()
    if any(wanted <= case.slice_tags.items() for case in cases):
        return None
    for tag, value in wanted:
        if tag not in values:
            return f"no case carries the tag {tag!r}", did_you_mean(tag, sorted(values))
        if value not in values[tag]:
            return f"no case has {tag}: {value}", did_you_mean(value, sorted(values[tag]))
    every = ", ".join(f"{tag}: {value}" for tag, value in wanted)
    return f"no case has all of {every}", "remove a condition, or add such cases"


def _unclustered(tag: str, cases: Sequence[Case], source: Source, *, path: KeyPath) -> list[Problem]:
    without = [case for case in cases if tag not in case.slice_tags]
    if not without:
        return []
    names = ", ".join(f"{case.id!r} ({case.place})" for case in without[:_SHOWN])
    more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
    tags = sorted({name for case in cases for name in case.slice_tags})
    meant = nearest(tag, tags) if len(without) == len(cases) else None
    fix = f"did you mean `{meant}`?" if meant else "tag every case with what it belongs to"
    message = f"the tag {tag!r} is missing in {names}{more}"
    return [Problem(message=message, place=source.place(path), key=spelt(path), fix=fix)]
