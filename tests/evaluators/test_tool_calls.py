from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.evaluators.tool_calls import ToolCalls
from gate.model.case import Place
from gate.model.errors import UserError
from gate.model.ports import ScoringError
from gate.model.score import Score
from tests.builders import make_case
from tests.evaluators.scoring import judged, make_evaluator

names = st.lists(st.sampled_from("abc"), max_size=4)


def score(expected: Any, made: Any, **options: Any) -> Score:
    calls = [{"name": call} if isinstance(call, str) else call for call in made]
    (given,) = judged(make_evaluator(ToolCalls, **options), expected=expected, tool_calls=calls)
    return given


@pytest.mark.parametrize(
    ("expected", "made", "right"),
    [
        ("ab", "ab", {"exact", "ordered", "set", "contains"}),
        ("ab", "ba", {"set", "contains"}),
        ("ab", "axb", {"ordered", "contains"}),
        ("ab", "bxa", {"contains"}),
        ("ab", "a", set()),
        ("ab", "", set()),
        ("aa", "a", set()),
        ("aa", "aba", {"ordered", "contains"}),
        ("", "", {"exact", "ordered", "set", "contains"}),
        ("", "a", {"ordered", "contains"}),
    ],
)
def test_each_mode_takes_what_it_says(expected: str, made: str, right: set[str]) -> None:
    modes = ("exact", "ordered", "set", "contains")
    assert {mode for mode in modes if score(list(expected), made, mode=mode).value} == right


@given(expected=names, made=names)
def test_what_is_exact_is_right_in_every_mode_and_a_share_of_1_is_what_is_right(
    expected: list[str], made: list[str]
) -> None:
    exact, ordered, same, among = (
        score(expected, made, mode=mode).value for mode in ("exact", "ordered", "set", "contains")
    )
    assert exact == float(expected == made)
    assert exact <= ordered <= among  # type: ignore[operator]
    assert exact <= same <= among  # type: ignore[operator]
    for mode in ("exact", "ordered", "set", "contains"):
        share = score(expected, made, mode=mode, share=True).value
        assert share is not None
        assert 0 <= share <= 1
        assert (share == 1) == (score(expected, made, mode=mode).value == 1)


def test_a_share_counts_what_is_missing_and_what_is_too_much() -> None:
    assert score(["a", "b"], ["a"], share=True).value == 0.5
    assert score(["a"], ["a", "b", "c", "d"], share=True).value == 0.25
    assert score(["a"], ["a", "b"], share=True, mode="contains").value == 1
    assert score(["a", "b", "c"], ["c", "a", "b"], share=True).value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("options", "arguments", "is_right"),
    [
        ({}, {"city": "Rome", "days": 3}, True),
        ({}, {"city": "Rome"}, False),
        ({}, {"city": "Rome", "days": 3, "unit": "C"}, False),
        ({"arguments": "subset"}, {"city": "Rome", "days": 3, "unit": "C"}, True),
        ({"arguments": "subset"}, {"city": "Rome"}, False),
        ({"arguments": "ignore"}, {}, True),
        ({"absolute": 1}, {"city": "Rome", "days": 4}, True),
        ({"relative": 0.5}, {"city": "Rome", "days": 2}, True),
        ({"ignore_case": True}, {"city": "ROME", "days": 3}, True),
        ({}, {"city": "ROME", "days": 3}, False),
    ],
)
def test_arguments_are_compared_as_the_options_say(
    options: dict[str, Any], arguments: dict[str, Any], *, is_right: bool
) -> None:
    expected = [{"name": "weather", "arguments": {"city": "Rome", "days": 3}}]
    made = [{"name": "weather", "arguments": arguments, "result": "sunny"}]
    assert score(expected, made, **options).value == float(is_right)


def test_a_call_expected_by_its_name_alone_may_have_any_arguments() -> None:
    assert score(["weather"], [{"name": "weather", "arguments": {"x": 1}}]).value == 1
    assert (
        score([{"name": "weather", "arguments": {}}], [{"name": "weather", "arguments": {"x": 1}}]).value == 0
    )


def test_one_call_cannot_stand_for_two_that_are_expected() -> None:
    """A call that fits two is given to the one that has no other."""
    loose, strict = {"name": "f"}, {"name": "f", "arguments": {"x": 1}}
    made = [{"name": "f", "arguments": {"x": 1}}, {"name": "f", "arguments": {"x": 2}}]
    assert score([loose, strict], made, mode="set").value == 1
    assert score([strict, strict], made, mode="set").value == 0


def test_a_wrong_answer_says_what_is_missing_what_is_too_much_and_what_is_out_of_order() -> None:
    expected = [{"name": "find", "arguments": {"q": "tea"}}]
    made = [{"name": "find", "arguments": {"q": "coffee"}}]
    assert (
        score(expected, made).explanation
        == 'not called: find("q": "tea"); called instead: find("q": "coffee")'
    )
    assert score(["a", "b"], ["b", "a"]).explanation == "the calls are in another order"
    assert score(["a"], ["a", "b"]).explanation == "called besides: b()"


def test_a_case_that_says_nothing_of_tools_is_an_abstention_and_an_empty_list_is_not() -> None:
    assert score(None, ["a"]).abstained == "the case expects nothing of tools"
    assert score({"answer": "yes"}, ["a"], key="calls").abstained
    assert score({"calls": []}, ["a"], key="calls").value == 0


@pytest.mark.parametrize(
    "expected", [1, [1], [""], [{"arguments": {}}], [{"name": "a", "args": {}}], ["a"] * 101]
)
def test_a_case_whose_calls_are_none_is_refused_with_its_place_and_the_fix(expected: Any) -> None:
    case = make_case("case-7", expected=expected, place=Place(file="cases.jsonl", line=7))
    with pytest.raises(UserError) as error:
        make_evaluator(ToolCalls).check(case)
    (problem,) = error.value.problems
    assert "case-7" in problem.message
    assert str(problem.place) == "cases.jsonl:7"
    assert problem.fix


def test_a_key_of_an_expected_that_is_no_object_is_refused() -> None:
    with pytest.raises(UserError, match="is no object"):
        make_evaluator(ToolCalls, key="calls").check(make_case(expected=["a"]))


def test_tolerances_that_are_ignored_are_refused() -> None:
    with pytest.raises(ValidationError):
        make_evaluator(ToolCalls, arguments="ignore", absolute=1)


def test_a_reply_with_calls_beyond_counting_is_a_failure() -> None:
    with pytest.raises(ScoringError) as error:
        score(["a"], ["a"] * 10_001)
    assert error.value.kind == "too_large"
