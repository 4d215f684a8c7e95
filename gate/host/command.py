"""The first line of a comment → the order that it gives, or a kind word on what is wrong with it. PURE.

What suites there are and who may give an order is not known here; nothing is done here.
"""

import difflib
import re
from collections.abc import Sequence
from typing import Literal, get_args

from gate.model.base import Noun

Verb = Literal["accept", "run", "status", "explain", "help"]
VERBS: tuple[Verb, ...] = get_args(Verb)
FEWEST_DIGITS = 7  # of a sha: what our comments print
_LONGEST_LINE = 2_000
_LIKE = 0.75  # how much a word must resemble a suite's name to be taken for a slip
_BEGINNING = re.compile(r"[ \t]*/gate(?=\s|$)")
_SHA = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_SHORT_SHA = re.compile(r"(?=.*[0-9])(?=.*[a-f])[0-9a-f]{4,6}", re.IGNORECASE)
_NEARLY = {
    "approve": "accept",
    "bless": "accept",
    "update": "accept",
    "rerun": "run",
    "retry": "run",
    "show": "explain",
}


class Order(Noun):
    """What is to be done. `words` are those behind a sha, `reason` what stands behind ` -- `.

    For `accept`: `sha` (lower case, maybe shortened) of the head that was looked at; empty where none is written. For
    `run`: `draws` says that those of an accept are wanted. For `explain`: `subject` is the id of a case or
    the name of a metric; empty: the verdict as a whole.
    """

    verb: Verb
    sha: str = ""
    words: tuple[str, ...] = ()
    reason: str = ""
    draws: bool = False
    subject: str = ""


class Unclear(Noun):
    """A line that is meant for us and cannot be understood: what is wrong, and what was probably meant (or empty)."""

    problem: str
    near: str = ""


class Wanted(Noun):
    """The suites that an order names (none: all), and why it is given."""

    suites: tuple[str, ...] = ()
    reason: str = ""


def ordered(text: str) -> Order | Unclear | None:
    """What a comment asks for; None where its first line is not meant for us."""
    line = (text.splitlines() or [""])[0][:_LONGEST_LINE]
    begun = _BEGINNING.match(line)
    if begun is None:
        return None
    verb, *words = line[begun.end() :].split() or ["help"]
    match verb.lower():
        case "accept":
            return _accept(words)
        case "run":
            return _run(words)
        case "explain":
            return Order(verb="explain", subject=" ".join(words).strip("`"))
        case "status" | "help" as known:
            return Order(verb=known)
        case other:
            return Unclear(problem=f"there is no command {verb[:40]!r}", near=_near(other))


def wanted(order: Order, *, known: Sequence[str]) -> Wanted | Unclear:
    """Which of an accept's words are suites and which say why: names come first, the reason behind them or behind ` -- `.

    A first word that is nearly a name is not taken for a reason: then more would be accepted than was meant.
    """
    suites: list[str] = []
    for word in order.words:
        if word not in known:
            break
        suites.append(word)
    rest = order.words[len(suites) :]
    if rest and (near := difflib.get_close_matches(rest[0], known, n=1, cutoff=_LIKE)):
        problem = f"there is no suite {rest[0][:80]!r}; if your reason begins with it, write -- before it"
        return Unclear(problem=problem, near=near[0])
    if rest and order.reason:
        there = ", ".join(known)
        return Unclear(problem=f"there is no suite {rest[0][:80]!r}; those that were run: {there}")
    return Wanted(suites=tuple(dict.fromkeys(suites)), reason=order.reason or " ".join(rest))


def _accept(words: list[str]) -> Order | Unclear:
    words, reason = _parted(words)
    first = words[0].strip("`") if words else ""
    if _SHORT_SHA.fullmatch(first):
        problem = f"{first!r} is too short for a sha: write at least {FEWEST_DIGITS} of its digits"
        return Unclear(problem=problem, near="accept")
    if _SHA.fullmatch(first):
        return Order(verb="accept", sha=first.lower(), words=tuple(words[1:]), reason=reason)
    return Order(verb="accept", words=tuple(words), reason=reason)


def _run(words: list[str]) -> Order | Unclear:
    if words and words != ["accept"]:
        problem = f"a run does not know {words[0][:40]!r}"
        return Unclear(problem=problem, near="run accept" if len(words) == 1 else "run")
    return Order(verb="run", draws=bool(words))


def _parted(words: list[str]) -> tuple[list[str], str]:
    """What stands before ` -- `, and behind it."""
    if "--" not in words:
        return words, ""
    at = words.index("--")
    return words[:at], " ".join(words[at + 1 :])


def _near(verb: str) -> str:
    close = difflib.get_close_matches(verb, VERBS, n=1, cutoff=0.5)
    return _NEARLY.get(verb) or (close[0] if close else "")
