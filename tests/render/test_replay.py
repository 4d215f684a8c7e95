"""A replay in a terminal: whole, harmless, and within its width."""

from typing import Any

import pytest

from gate.model.replay import Mark, Replay, Side, Taken
from gate.model.reply import Failure
from gate.model.score import Metric, Score
from gate.model.shown import Shown
from gate.model.span import Span
from gate.render.replay import replay_text
from tests.builders import make_case, make_reply

HOSTILE = (
    "a\x1b]0;title\x07 \u202eevil\u2066 \x1b[2J::error::no\n::set-output name=a::b\n##[group]x | \U0001f4a5"
)


def taken(output: str = "an answer", *, value: float = 1.0, **fields: Any) -> Taken:
    metric = Metric(name="accuracy", kind="binary")
    mark = Mark(score=Score(value=value, metric="accuracy"), metric=metric, mode="block", stands="worse")
    return Taken(index=0, reply=make_reply(output), marks=(mark,), **fields)


def make_replay(**fields: Any) -> Replay:
    given = {"suite": "s", "case": make_case(), "sent": Shown(what="a call"), **fields}
    return Replay.model_validate(given)


@pytest.mark.parametrize("width", [40, 80])
def test_nothing_that_an_application_said_acts_on_the_terminal_or_the_runner(width: int) -> None:
    span = Span(name=HOSTILE, span_id="1", start_s=0, duration_s=1, error=HOSTILE)
    draw = taken(
        HOSTILE, spans=(span,), failures=(Failure(stage="evaluator", kind=HOSTILE, message=HOSTILE),)
    )
    shown = Shown(what=HOSTILE, parts={HOSTILE: HOSTILE, "b": {"c": HOSTILE}}, note=HOSTILE)
    replay = make_replay(
        sent=shown,
        source=HOSTILE,
        changed=(HOSTILE,),
        indexes=(0,),
        draw=draw.model_copy(update={"asked": {HOSTILE: (shown,)}}),
        sides=(Side(label=HOSTILE, draws=(taken(HOSTILE + "2"),)),),
    )
    text = replay_text(replay, width=width)
    assert not {"\x1b", "\x07", "\u202e", "\u2066"} & set(text)
    assert not [line for line in text.splitlines() if line.lstrip().startswith(("::", "##["))]
    assert max(map(len, text.splitlines())) <= width + 1  # one emoji takes two cells


def test_a_text_is_told_to_its_end_however_long_it_is() -> None:
    output = "\n".join(f"line {number}" for number in range(2_000)) + "\nthe end"
    text = replay_text(make_replay(indexes=(0,), draw=taken(output)))
    assert "    the end\n" in text
    assert text.count("\u23ce") == 2_000


def test_sides_stand_beside_what_was_kept_and_the_outputs_are_compared() -> None:
    sides = (
        Side(label="main", draws=(taken("same\nold"),)),
        Side(label="the working tree", draws=(taken("same\nnew", value=0.0),)),
    )
    text = replay_text(make_replay(indexes=(0,), draw=taken("same\nold"), sides=sides))
    assert "  accuracy     1     1                 0\n" in text
    assert "  - old\n  + new\n" in text
    same = replay_text(make_replay(sides=(sides[0], sides[0].model_copy(update={"label": "head"}))))
    assert "The same output: main \u2192 head" in same


def test_a_score_says_what_it_is_held_against() -> None:
    marks = (
        Mark(score=Score(value=0.5, metric="a"), baseline=(1.0, 0.0, 1.0), mode="warn", stands="worse"),
        Mark(score=Score.abstain("no_context", metric="b"), mode="block", older=True),
    )
    draw = Taken(index=0, reply=make_reply(), marks=marks)
    rows = [
        line.split()
        for line in replay_text(make_replay(indexes=(0,), draw=draw)).splitlines()
        if line[:3] in {"  a", "  b"}
    ]
    assert rows[0] == ["a", "0.50", "0.67", "(3", "draws)", "worse,", "warns"]
    assert rows[1] == ["b", "abstained", "\u2013", "no_context,", "another", "evaluator", "then,", "blocks"]
