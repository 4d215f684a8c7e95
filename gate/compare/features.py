"""Cases, and what was answered to them → what they are like, and what those that got worse have in common. Pure.

Beside the tags it is what a glance at a case tells: how long the question is and in which script, whether something is
expected and passages came along, which tools were called, how the answer ended. Each is true as it stands; that many
broken cases share one is a hint where to look, and no cause.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from gate.compare.enriched import log_enriched
from gate.compare.terms import conditions, mask_of
from gate.model.case import Case
from gate.model.explanation import Feature
from gate.model.reply import Reply
from gate.model.run import Trial

_FEWEST = 3  # cases that got worse and share it
_GLANCE = 2_000  # characters of a question by which its script is known
_CHANCE = 0.05  # of naming any, where nothing is shared but by chance


def features_of(
    case: Case, trials: Sequence[Trial], *, asked: str, refuses: Callable[[Reply], bool]
) -> dict[str, str]:
    """Name → value. `asked` is the question as a text; `refuses` says whether a reply refuses to answer."""
    replies = [trial.reply for trial in trials if trial.reply is not None]
    tools = sorted({call.name for reply in replies for call in reply.tool_calls})
    stops = sorted({reply.stop_reason for reply in replies if reply.stop_reason})
    found = {
        "words asked": str(len(asked.split())),
        "script": _script(asked),
        "expected": "nothing" if case.expected is None else "something",
        "passages": "some" if case.context or any(reply.contexts for reply in replies) else "none",
        "failed": ", ".join(sorted({each.kind for trial in trials for each in trial.failures})) or "no",
    }
    if isinstance(case.expected, str):
        found["words expected"] = str(len(case.expected.split()))
    if replies:
        found["words answered"] = str(round(sum(len(each.output.split()) for each in replies) / len(replies)))
        found["refused"] = "yes" if any(map(refuses, replies)) else "no"
        found["tools"] = ", ".join(tools) or "none"
        found["ended with"] = ", ".join(stops) or "unknown"
    return {**found, **case.slice_tags}


def in_common(
    described: Mapping[str, Mapping[str, str]],
    *,
    worse: Collection[str],
    told: Collection[str],
    alike: bool,
    most: int,
) -> tuple[Feature, ...]:
    """What is found more among the cases that got worse than among the others, the surest first.

    Each by Fisher's exact test, corrected for how many there are (Bonferroni). `described` maps each scored case to its
    features; those in `told` are left out, and `alike` says that cases belong together, so that no p can be told.
    """
    ids = sorted(described)
    terms = conditions([described[case_id] for case_id in ids])
    bad = mask_of([place for place, case_id in enumerate(ids) if case_id in worse])
    cases, marked = len(ids), bad.bit_count()
    shares = [
        (str(term), mask.bit_count(), (mask & bad).bit_count())
        for term, mask in terms
        if term.tag not in told and mask.bit_count() < cases
    ]
    found = []
    for name, size, hits in shares:
        log_p = log_enriched(hits, drawn=size, marked=marked, cases=cases) + math.log(len(shares))
        if hits >= _FEWEST and log_p <= math.log(_CHANCE):
            feature = Feature(
                name=name,
                n=size,
                worse=hits,
                others=cases - size,
                others_worse=marked - hits,
                p=None if alike else math.exp(log_p),
            )
            found.append((log_p, name, feature))
    return tuple(feature for _, _, feature in sorted(found, key=lambda each: each[:2])[:most])


def _script(text: str) -> str:
    """The script of most of the letters: the first word of their names in Unicode, such as LATIN or CYRILLIC."""
    names = Counter(
        unicodedata.name(letter, "?").split()[0].partition("-")[0]
        for letter in text[:_GLANCE]
        if letter.isalpha()
    )
    return max(sorted(names), key=lambda name: names[name]).lower() if names else "none"
