import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate.evaluators.judge.pairwise import Pairwise, PairwiseOptions
from gate.model.errors import UserError
from gate.model.files import dump_results
from gate.model.ports import ModelRequest
from gate.model.reply import Reply, Sample
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_run, make_sample, make_setting, make_trial
from tests.evaluators.judge.judging import Model, verdict

CASE = make_case("case-1", expected="30 days")


def make_pairwise(root: Path, model: Model, **options: Any) -> Pairwise:
    recorded = make_run([make_trial("case-1", reply=make_reply("the recorded one"))], cases=(CASE,))
    (root / "recorded.json").write_text(dump_results(recorded))
    given = {"rubric": "helpfulness", "model": "claude-judge", "against": "recorded.json", **options}
    return Pairwise("it", PairwiseOptions.model_validate(given), make_setting(root, llm=lambda: model))


def compared(evaluator: Pairwise, output: str = "the new one", **reply: Any) -> Score:
    sample: Sample = make_sample(CASE, make_reply(output, **reply))
    (score,) = asyncio.run(evaluator.score(sample))
    return score


def first_of(request: ModelRequest) -> str:
    """Which response stands first in a question."""
    content = request.messages[0].content
    return "new" if content.index("the new one") < content.index("the recorded one") else "recorded"


def prefers(better: str) -> Callable[[ModelRequest], Reply]:
    return lambda request: verdict("first" if first_of(request) == better else "second")


@pytest.mark.parametrize(("better", "value"), [("new", 1.0), ("recorded", 0.0)])
def test_a_preference_that_holds_in_both_orders_counts(tmp_path: Path, better: str, value: float) -> None:
    model = Model(prefers(better))
    assert compared(make_pairwise(tmp_path, model)).value == value
    assert {first_of(request) for request in model.requests} == {"new", "recorded"}


@pytest.mark.parametrize("word", ["first", "second", "tie"])
def test_a_preference_that_follows_the_order_is_a_tie(tmp_path: Path, word: str) -> None:
    assert compared(make_pairwise(tmp_path, Model(verdict(word)))).value == 0.5


def test_a_preference_in_one_order_and_a_tie_in_the_other_is_a_tie(tmp_path: Path) -> None:
    assert compared(make_pairwise(tmp_path, Model(verdict("first"), verdict("tie")))).value == 0.5


@pytest.mark.parametrize("answers", [("unknown", "first"), ("first", "unknown")])
def test_one_order_that_cannot_be_told_is_an_abstention(tmp_path: Path, answers: tuple[str, str]) -> None:
    score = compared(make_pairwise(tmp_path, Model(*map(verdict, answers))))
    assert (score.value, score.abstained) == (None, "unknown")


def test_the_same_response_is_a_tie_and_nobody_is_asked(tmp_path: Path) -> None:
    model = Model(verdict("first"))
    assert compared(make_pairwise(tmp_path, model), " the recorded one\n").value == 0.5
    assert model.requests == []


def test_neither_response_is_named_as_the_new_or_the_recorded_one(tmp_path: Path) -> None:
    model = Model(prefers("new"))
    compared(make_pairwise(tmp_path, model))
    for request in model.requests:
        words = f"{request.system}{request.messages[0].content}".replace("the new one", "").replace(
            "the recorded one", ""
        )
        assert not {"baseline", "recorded", "head", "new"} & set(words.lower().split())


def test_a_rubric_that_needs_passages_abstains_without_them(tmp_path: Path) -> None:
    score = compared(make_pairwise(tmp_path, Model(verdict("first")), rubric="groundedness"))
    assert score.abstained == "no_context"


def test_a_case_without_a_recorded_response_is_refused_before_any_call(tmp_path: Path) -> None:
    evaluator = make_pairwise(tmp_path, Model(verdict("first")))
    evaluator.check(CASE)
    for other in (make_case("case-2"), make_case("case-1", input="asked otherwise", expected="30 days")):
        with pytest.raises(UserError, match=r"no response in recorded\.json"):
            evaluator.check(other)


def test_a_recorded_response_of_no_case_is_passed_over(tmp_path: Path) -> None:
    odd = make_run([make_trial("case-1"), make_trial("gone")], cases=(CASE,))
    make_pairwise(tmp_path, Model(verdict("first")))
    (tmp_path / "odd.json").write_text(dump_results(odd))
    options = PairwiseOptions(rubric="helpfulness", model="claude-judge", against="odd.json")
    Pairwise("it", options, make_setting(tmp_path)).check(CASE)


@pytest.mark.parametrize("against", ["missing.json", "../recorded.json"])
def test_a_recording_that_is_not_there_is_refused_with_the_way_to_make_one(
    tmp_path: Path, against: str
) -> None:
    with pytest.raises(UserError) as caught:
        make_pairwise(tmp_path, Model(verdict("first")), against=against)
    assert "gate run -o" in str(caught.value.problems[0].fix)


def test_the_number_depends_on_the_rubric_and_on_the_recording(tmp_path: Path) -> None:
    (tmp_path / "short.md").write_text("Which is shorter?")
    evaluator = make_pairwise(tmp_path, Model(verdict("first")), rubric="short.md")
    assert list(evaluator.files()) == ["short.md", "recorded.json"]
    assert evaluator.version != make_pairwise(tmp_path, Model(verdict("first"))).version
