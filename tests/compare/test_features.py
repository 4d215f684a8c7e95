"""What a case is like at a glance, and what the broken ones have in common."""

from typing import Any

import pytest

from gate.compare.features import features_of, in_common
from gate.model.case import Case, Context
from gate.model.reply import Failure, Reply, ToolCall
from tests.builders import make_case, make_reply, make_trial


def described(case: Case | None = None, *replies: Reply, **trial: Any) -> dict[str, str]:
    case = case or make_case()
    trials = [make_trial(case.id, place, reply=reply, **trial) for place, reply in enumerate(replies)]
    return features_of(case, trials, asked=str(case.input), refuses=lambda reply: "sorry" in reply.output)


def test_a_question_is_known_by_its_length_and_script() -> None:
    assert described(make_case(input="Wie lange noch?"))["words asked"] == "3"
    assert described(make_case(input="Wie lange noch?"))["script"] == "latin"
    assert described(make_case(input="\u0421\u043a\u043e\u043b\u044c\u043a\u043e ok"))["script"] == "cyrillic"
    assert described(make_case(input="\u4f60\u597d"))["script"] == "cjk"
    assert described(make_case(input="1 + 1 = ?"))["script"] == "none"


def test_what_came_back_is_known_by_its_kind() -> None:
    calling = make_reply("one two", tool_calls=(ToolCall(name="search"),), stop_reason="end_turn")
    found = described(None, calling)
    assert found["tools"] == "search"
    assert found["ended with"] == "end_turn"
    assert found["refused"] == "no"
    assert found["words answered"] == "2"
    assert described(None, make_reply("sorry"))["refused"] == "yes"
    assert described(None, make_reply(contexts=(Context(text="x"),)))["passages"] == "some"
    failure = Failure(stage="evaluator", kind="timeout", message="m")
    assert described(None, make_reply(), failures=(failure,))["failed"] == "timeout"


def test_a_tag_of_the_same_name_is_the_users_own() -> None:
    assert described(make_case(tags={"script": "mine"}))["script"] == "mine"


CASES = {f"c{place:03}": {"tool": "search" if place < 20 else "none", "lang": "en"} for place in range(100)}


def test_what_the_broken_ones_share_is_told_with_its_counts() -> None:
    worse = {f"c{place:03}" for place in range(15)}
    (feature,) = in_common(CASES, worse=worse, told=(), alike=False, most=6)
    assert (feature.name, feature.n, feature.worse, feature.others, feature.others_worse) == (
        "tool=search",
        20,
        15,
        80,
        0,
    )
    assert feature.p is not None
    assert feature.p < 1e-6


def test_where_cases_belong_together_no_p_is_claimed() -> None:
    (feature,) = in_common(CASES, worse={f"c{place:03}" for place in range(15)}, told=(), alike=True, most=6)
    assert feature.p is None


@pytest.mark.parametrize("worse", [set(), {"c000", "c001"}, {f"c{place:03}" for place in range(0, 100, 5)}])
def test_what_is_not_shared_is_not_told(worse: set[str]) -> None:
    assert in_common(CASES, worse=worse, told=(), alike=False, most=6) == ()


def test_what_a_segment_says_already_is_not_told_again() -> None:
    worse = {f"c{place:03}" for place in range(15)}
    assert in_common(CASES, worse=worse, told={"tool"}, alike=False, most=6) == ()


def test_without_cases_nothing_is_shared() -> None:
    assert in_common({}, worse=set(), told=(), alike=False, most=6) == ()
