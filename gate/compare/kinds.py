"""The kind of failure that a metric counts, and the one that was meant by a misspelt word. Others may have their own."""

from difflib import SequenceMatcher

from gate.compare.policy import OF_KIND
from gate.model.reply import FAILURE_KINDS

_ALIKE, _LENGTHS_APART = 0.8, 2  # `timout`, `ratelimit`; but neither `connection_lost` nor `quota_limit`


def kind_of(name: str) -> str | None:
    """The kind of failure that `error_rate.<kind>` counts; None for every other metric."""
    return name.removeprefix(OF_KIND) if name.startswith(OF_KIND) else None


def meant_kind(kind: str) -> str | None:
    """The kind of ours that was meant by a word that is almost one; None where it is one, or quite another word."""
    if kind in FAILURE_KINDS:
        return None
    near = (known for known in sorted(FAILURE_KINDS) if abs(len(known) - len(kind)) <= _LENGTHS_APART)
    scored = [(SequenceMatcher(None, kind.lower().replace("-", "_"), known).ratio(), known) for known in near]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= _ALIKE else None
