import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gate.model.case import Context, Place
from gate.model.errors import UserError
from gate.model.files import dump_results
from gate.model.reply import Failure, Reply
from gate.targets.replay import ReplayOptions, ReplayTarget
from tests.builders import make_case, make_reply, make_run, make_setting, make_trial


def make_target(root: Path, text: str) -> ReplayTarget:
    (root / "replies.jsonl").write_text(text, encoding="utf-8")
    return ReplayTarget(ReplayOptions(replies="replies.jsonl"), make_setting(root))


def of_lines(root: Path, *lines: dict[str, Any]) -> ReplayTarget:
    return make_target(root, "".join(json.dumps(line) + "\n" for line in lines))


def drawn(target: ReplayTarget, case_id: str, index: int = 0) -> Reply | Failure:
    return asyncio.run(target.draw(make_case(case_id), index=index))


def output(target: ReplayTarget, case_id: str, index: int = 0) -> str:
    reply = drawn(target, case_id, index)
    assert isinstance(reply, Reply), reply
    return reply.output


def test_a_recording_is_the_reply_of_its_case(tmp_path: Path) -> None:
    target = of_lines(
        tmp_path,
        {"id": "a", "output": "of a", "contexts": ["t"], "latency_s": 2.5},
        {"id": "b", "output": "of b"},
    )
    assert asyncio.run(target.ask(make_case("a"))) == Reply(
        output="of a", contexts=(Context(text="t"),), latency_s=2.5
    )
    assert output(target, "b") == "of b"


def test_the_only_recording_answers_every_draw(tmp_path: Path) -> None:
    target = of_lines(tmp_path, {"id": "a", "output": "x"})
    assert {output(target, "a", index) for index in range(5)} == {"x"}


@pytest.mark.parametrize("numbered", [True, False])
def test_several_recordings_are_the_draws_in_their_order(*, numbered: bool, tmp_path: Path) -> None:
    lines = [{"id": "a", "output": str(n)} | ({"index": n} if numbered else {}) for n in range(3)]
    target = of_lines(tmp_path, *(reversed(lines) if numbered else lines))
    assert [output(target, "a", index) for index in (2, 0, 1, 2)] == ["2", "0", "1", "2"]


def test_a_draw_beyond_the_recorded_ones_is_a_failure_and_not_one_of_them_again(tmp_path: Path) -> None:
    target = of_lines(tmp_path, {"id": "a", "output": "0"}, {"id": "a", "output": "1"})
    failure = drawn(target, "a", 2)
    assert isinstance(failure, Failure)
    assert (failure.kind, "only 0, 1" in failure.message) == ("no_recording", True)


def test_a_case_without_a_recording_is_refused_before_the_run(tmp_path: Path) -> None:
    target = of_lines(tmp_path, {"id": "a", "output": "x"})
    target.check(make_case("a"))
    with pytest.raises(UserError, match=r"cases.jsonl:3: .*no recording of case 'b'"):
        target.check(make_case("b", place=Place(file="cases.jsonl", line=3)))


def test_a_results_file_plays_its_replies_and_its_failures_again(tmp_path: Path) -> None:
    failure = Failure(stage="target", kind="timeout", message="too late")
    late = Failure(stage="evaluator", kind="exception", message="no matter", evaluator="e")
    run = make_run(
        [
            make_trial("a", 0, reply=make_reply("first"), failures=(late,)),
            make_trial("a", 1, reply=None, scores=(), failures=(failure,)),
        ]
    )
    target = make_target(tmp_path, dump_results(run))
    assert output(target, "a", 0) == "first"
    assert drawn(target, "a", 1) == failure


def test_a_recorded_answer_to_another_question_is_refused(tmp_path: Path) -> None:
    target = make_target(tmp_path, dump_results(make_run([make_trial("a")])))
    target.check(make_case("a", expected="something new", tags={"t": "new"}))
    for changed in ({"input": "another question"}, {"context": (Context(text="new"),)}):
        with pytest.raises(UserError, match="answers another input or context"):
            target.check(make_case("a", **changed))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"output": "x"}', "`id` of its case"),
        ("[1]", "`id` of its case"),
        ('{"id": "a", "output": "x", "contxts": []}', "did you mean 'contexts'?"),
        ('{"id": "a"}', "no `output`"),
        ('{"id": "a", "output": "x", "cost_usd": NaN}', "NaN"),
        ('{"id": "a", "output": "x", "index": -1}', "counts the draws of a case from 0"),
        ('{"id": "a", "output": "x", "index": true}', "counts the draws of a case from 0"),
        ('{"id": "first", "output": "x", "index": 0}', "recorded twice"),
        ('{"id": "a", "output": "x"', "Expecting"),
    ],
)
def test_a_line_that_is_no_recording_is_told_with_its_number(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        make_target(tmp_path, '{"id": "first", "output": "\u2028"}\n\n' + line + "\n")
    assert str(refusal.value).startswith("replies.jsonl:3: ")
    assert said in str(refusal.value)


def test_every_wrong_line_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        make_target(tmp_path, "x\n{}\n[]\n")
    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no recording"):
        make_target(tmp_path, text)


def test_a_broken_results_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not JSON"):
        make_target(tmp_path, '{"gate_results": 1,')


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "replies.jsonl").write_bytes(b"\xff")
    with pytest.raises(UserError, match="not UTF-8"):
        ReplayTarget(ReplayOptions(replies="replies.jsonl"), make_setting(tmp_path))


def test_the_recordings_are_depended_on(tmp_path: Path) -> None:
    assert of_lines(tmp_path, {"id": "a", "output": "x"}).files() == ("replies.jsonl",)
