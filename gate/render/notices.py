"""No report → the page all the same: that nothing was touched, or why nothing could be judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.model.errors import Problem
from gate.model.verdict import Kind
from gate.render import escape
from gate.render.markdown import ALONE, Around, marker_of_notice
from gate.render.markdown_parts import MARKS, MEDIUM, problem_items
from gate.render.sentences import KIND_WORDS

_SHA_SHOWN = 7


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A page without a report. `head` and `base` are shas, empty where there are none."""

    kind: Kind
    text: str
    head: str = ""
    base: str = ""
    problems: Sequence[Problem] = ()
    advice: str = ""


def notice_page(notice: Notice, *, around: Around = ALONE) -> str:
    """The notice as markdown, with the same hidden first line as a report."""
    first = marker_of_notice(around.check, head=notice.head, base=notice.base, kind=notice.kind)
    title = (
        f"{MARKS[notice.kind]} **{KIND_WORDS[notice.kind]}**{_sides(notice)}: {MEDIUM.message(notice.text)}"
    )
    items = list(problem_items(notice.problems, told=notice.text))
    blocks = [f"{first}\n{title}", *(["\n".join(items)] if items else [])]
    if notice.advice:
        blocks.append(f"**What to do next**\n\n- {MEDIUM.message(notice.advice)}")
    if around.remark:
        blocks.append(f"> {MEDIUM.literal(around.remark)}")
    if around.link:
        blocks.append(f"<sub>[log of the run]({around.link})</sub>")
    return "\n\n".join(blocks) + "\n"


def _sides(notice: Notice) -> str:
    if not notice.head:
        return ""
    against = f" against {escape.code(notice.base[:_SHA_SHOWN])}" if notice.base else ""
    return f" at {escape.code(notice.head[:_SHA_SHOWN])}{against}"
