"""The text of a prompt → the few instructions in it that the embedded model understands.

A language model reads the whole prompt; the embedded model reads it line by line and understands five kinds of line.
It goes by the words that carry the meaning, so tone, order, blank lines and small typos elsewhere change nothing,
and a line that says something else is passed over in silence, as a model would pass over a vague wish:

    "... at most 3 sentences"                          how long the answer may be (digits, or one to five in words)
    "Cite the source ..."                              the article is named at the end
    "If ..., say that you do not know ... me@x.com"    it may decline, and names the address given there
    "For TOPIC questions, give DETAIL and DETAIL"      what must not be missing about one topic
    "Always give DETAIL"                               the same, about every topic

A line that begins with "never" or "do not" asks for nothing.
"""

import re
from dataclasses import dataclass, field

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

_DETAILS: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "days": (re.compile(r"\bdays?\b|\bdeadlines?\b"), re.compile(r"\b\d+ (?:business )?days?\b")),
    "period": (
        re.compile(r"\bperiods?\b|\bhow long\b"),
        re.compile(r"\b\d+ (?:business )?(?:minute|hour|day|week|month|year)s?\b"),
    ),
    "amount": (
        re.compile(r"\bamounts?\b|\bprices?\b|\bcosts?\b|\bfees?\b|\bdollars?\b"),
        re.compile(r"\$\d"),
    ),
    "page": (re.compile(r"\bpages?\b|\bmenus?\b"), re.compile(r"\w > \w")),
    "email": (re.compile(r"\be-?mail address|\baddress to write to\b"), EMAIL),
}
"""Name of a detail → how a prompt asks for it, and how it looks in a passage."""

_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_LENGTH = re.compile(rf"\b(?:at most|no more than|up to) (\d+|{'|'.join(_NUMBERS)}) sentences?\b")
_CITE = re.compile(r"\b(?:cite|name|quote)\b.*\b(?:source|article)\b")
_DECLINE = re.compile(r"\bif\b.*\b(?:do not|don't|cannot) (?:know|tell)\b")
_TOPIC = re.compile(r"\b(?:for|in|about) (\w+) (?:questions|matters|cases)\b,?(.*)")
_ALWAYS = re.compile(r"\balways (?:give|name|quote|state)\b(.*)")
_FORBIDS = re.compile(r"(?:never|do not|don't)\b")


@dataclass
class Instructions:
    """What the prompt asks for. `details` maps a topic ("" is every topic) to names of details, in a fixed order."""

    sentences: int = 4
    cites: bool = False
    declines: bool = False
    help_address: str | None = None
    details: dict[str, set[str]] = field(default_factory=dict)

    def wanted(self, topic: str) -> list[re.Pattern[str]]:
        """How the details look that must not be missing in an answer about this topic."""
        names = set[str]().union(
            *(names for word, names in self.details.items() if topic.startswith(word.removesuffix("s")))
        )
        return [look for name, (_, look) in _DETAILS.items() if name in names]


def read_instructions(prompt: str) -> Instructions:
    """Prompt → instructions. Later lines win over earlier ones where both say how long an answer may be."""
    instructions = Instructions()
    for raw in prompt.splitlines():
        line = raw.strip().lstrip("-*0123456789.) ").lower()
        if not raw.lstrip().startswith("#") and not _FORBIDS.match(line):
            _follow(line, instructions)
    return instructions


def _follow(line: str, instructions: Instructions) -> None:
    if length := _LENGTH.search(line):
        word = length.group(1)
        instructions.sentences = max(1, _NUMBERS.get(word) or int(word))
    if _DECLINE.search(line):
        instructions.declines = True
        address = EMAIL.search(line)
        instructions.help_address = address.group().rstrip(".") if address else None
    elif _CITE.search(line):
        instructions.cites = True
    if about := _TOPIC.search(line):
        _demand(about.group(1), about.group(2), instructions)
    elif always := _ALWAYS.search(line):
        _demand("", always.group(1), instructions)


def _demand(topic: str, text: str, instructions: Instructions) -> None:
    names = {name for name, (asked, _) in _DETAILS.items() if asked.search(text)}
    instructions.details.setdefault(topic, set()).update(names)
