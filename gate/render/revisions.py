"""Revisions → Words: what was held against what. Looks nothing up."""

from typing import TYPE_CHECKING

from gate.model.report import Report, Revision
from gate.render.words import Name, Part, Words

if TYPE_CHECKING:  # every report passes through here, and few are explained
    from gate.model.explanation import Explanation

_FOLDER = Revision(label="working tree")
_SHA_SHOWN = 7


def revision(side: Revision) -> Words:
    """`1a2b3c4` (`feature/x`), and that it holds changes which are in no commit."""
    parts: list[Part] = [Name(side.sha[:_SHA_SHOWN] if side.sha else side.label)]
    if side.sha and side.label not in {"", "HEAD"} and not side.sha.startswith(side.label):
        parts += [" (", Name(side.label), ")"]
    if side.dirty:
        parts.append(" with uncommitted changes")
    return tuple(parts)


def between(report: "Report | Explanation") -> Words:
    """What was held against what. A folder that stands on both sides is named once."""
    if report.base == report.head == _FOLDER:
        return at(report.head)
    if report.base == _FOLDER:
        return (*at(report.head), ", against the baseline in the working tree")
    return (*at(report.head), " against ", *revision(report.base))


def at(side: Revision) -> Words:
    """` at 1a2b3c4 (main)`, or ` in the working tree`."""
    return (" in the working tree",) if side == _FOLDER else (" at ", *revision(side))
