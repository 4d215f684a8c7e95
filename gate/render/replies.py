"""What a slash command came to → the comment that answers it. PURE; foreign text stands only where it cannot act."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.model.errors import Problem
from gate.model.report import Report, Step
from gate.render import escape
from gate.render.markdown_parts import MEDIUM, problem_items, step_items
from gate.render.sentences import headline
from gate.render.words import Name, Part

HELP = (
    ("/gate accept SHA", "make the results of that commit the baseline; suites and a reason may follow"),
    ("/gate run", "run the check of the head once more, and judge old and new draws together"),
    ("/gate run accept", "the same, with as many draws as an accepted baseline needs"),
    ("/gate status", "say what is known of the head"),
    ("/gate explain", "say what the verdict rests on: where it dropped, which cases, what changed"),
    (
        "/gate explain NAME",
        "the same of one metric; or one case: what was asked, answered, and how it was scored",
    ),
    ("/gate help", "this list"),
)
_SHA_SHOWN = 7


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A sentence, what there is to mend, and what to do next."""

    words: Sequence[Part]
    problems: Sequence[Problem] = ()
    steps: Sequence[Step] = ()


def reply_page(reply: Reply) -> str:
    """The reply as markdown."""
    blocks = [MEDIUM.write(tuple(reply.words))]
    if reply.problems:
        blocks.append("\n".join(problem_items(reply.problems)))
    if reply.steps:
        blocks.append("\n".join(step_items(reply.steps)))
    return "\n\n".join(blocks) + "\n"


def help_page(first: Sequence[Part] = ()) -> str:
    """All commands, behind a sentence on why they are told."""
    rows = "".join(f"| {escape.code(command)} | {MEDIUM.literal(what)} |\n" for command, what in HELP)
    start = f"{MEDIUM.write(tuple(first))}\n\n" if first else ""
    return f"{start}| Command | What it does |\n|---|---|\n{rows}"


def status_page(report: Report | None, *, head: str, line: str) -> str:
    """What is known of a head: the verdict that was recorded, or what its status says."""
    at = escape.code(head[:_SHA_SHOWN])
    if report is None:
        return f"The head is {at}. {MEDIUM.message(line)}\n"
    steps = "\n".join(step_items(report.next_steps[:3]))
    return f"The head is {at}. {MEDIUM.write(headline(report))}\n\n{steps}".rstrip() + "\n"


def short(sha: str) -> Name:
    """A sha as people read it."""
    return Name(sha[:_SHA_SHOWN])
