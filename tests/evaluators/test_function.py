import asyncio
import math
import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.function import Function
from gate.functions import load_function
from gate.model.case import Context, Message
from gate.model.errors import UserError
from gate.model.ports import ScoringError
from gate.model.reply import Sample
from tests.builders import make_case, make_reply, make_sample, make_setting


def build(root: Path, source: str, **options: Any) -> Function:
    """An evaluator `it` of the function `fn` of a file `evals.py` with this source."""
    (root / "evals.py").write_text("from gate import Score\n" + textwrap.dedent(source))
    given = Function.Options.model_validate({"function": "evals.py:fn", **options})
    return Function("it", given, make_setting(root, load=partial(load_function, root=root)))


def score(evaluator: Function, sample: Sample | None = None) -> dict[str, float | None]:
    given = asyncio.run(evaluator.score(sample or make_sample()))
    return {score.metric: score.value for score in given}


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ("0.5", {"it": 0.5}),
        ("1", {"it": 1}),
        ("True", {"it": 1}),
        ("False", {"it": 0}),
        ("__import__('fractions').Fraction(1, 2)", {"it": 0.5}),
        ("__import__('numpy').float32(0.5)", {"it": 0.5}),
        ("__import__('numpy').int64(1)", {"it": 1}),
        ("__import__('numpy').bool_(True)", {"it": 1}),
        ("Score(value=0.5)", {"it": 0.5}),
        ("Score(value=0.5, metric='it')", {"it": 0.5}),
        ("Score(value=0.5, metric='tone')", {"it.tone": 0.5}),
        ("Score(value=0.5, metric='it.tone')", {"it.tone": 0.5}),
        ("Score.abstain('why')", {"it": None}),
        ("{'a': 1, 'b': 0.5}", {"it.a": 1, "it.b": 0.5}),
        ("{'a': Score.abstain('why'), 'b': True}", {"it.a": None, "it.b": 1}),
        ("[Score(value=1, metric='a'), Score(value=0)]", {"it.a": 1, "it": 0}),
        ("(Score(value=1),)", {"it": 1}),
    ],
)
def test_whatever_is_a_number_comes_back_as_scores(
    tmp_path: Path, returned: str, expected: dict[str, Any]
) -> None:
    assert score(build(tmp_path, f"def fn(response): return {returned}")) == expected


@pytest.mark.parametrize(
    ("returned", "what"),
    [
        ("None", "Score.abstain"),
        ("'yes'", "str 'yes'"),
        ("b'1'", "bytes"),
        ("float('nan')", "finite"),
        ("float('inf')", "finite"),
        ("10**400", "finite"),
        ("1j", "complex"),
        ("object", "type"),
        ("{}", "returned nothing"),
        ("[]", "returned nothing"),
        ("{'a': None}", "Score.abstain"),
        ("{'a': 'good'}", "str 'good'"),
        ("{1: 1.0}", "no name"),
        ("{'': 1.0}", "no name"),
        ("[1, 2]", "only Score"),
        ("{'a': {'b': 1}}", "dict"),
        ("'x' * 1_000_000", "…"),
    ],
)
def test_what_is_no_number_is_a_failure_that_says_what_to_return(
    tmp_path: Path, returned: str, what: str
) -> None:
    with pytest.raises(ScoringError) as error:
        score(build(tmp_path, f"def fn(response): return {returned}"))
    assert error.value.kind == "bad_score"
    assert what in str(error.value)
    assert len(str(error.value)) < 300


def test_a_function_is_given_what_it_asks_for_by_keyword(tmp_path: Path) -> None:
    source = """
        seen = {}

        def fn(*, input, response, expected, context, metadata, reply, case):
            seen.update(locals())
            return 1
    """
    evaluator = build(tmp_path, source)
    case = make_case(input="q", expected={"a": [1]}, tags={"topic": "x"}, context=[Context(text="given")])
    sample = make_sample(case, make_reply("out"))
    assert score(evaluator, sample) == {"it": 1}
    seen = evaluator._function.function.__globals__["seen"]  # type: ignore[attr-defined]
    assert (seen["input"], seen["response"], seen["expected"]) == ("q", "out", {"a": [1]})
    assert (seen["metadata"], seen["reply"], seen["case"]) == ({"topic": "x"}, sample.reply, case)
    assert seen["context"] == [Context(text="given")]
    seen["expected"]["a"].append(2)
    assert case.expected == {"a": [1]}


def test_the_context_is_what_the_reply_brought_where_it_brought_any(tmp_path: Path) -> None:
    evaluator = build(tmp_path, "def fn(context): return context[0].text == 'found'")
    case = make_case(context=[Context(text="given")])
    assert score(evaluator, make_sample(case, make_reply(contexts=[Context(text="found")]))) == {"it": 1}


def test_messages_and_variables_come_as_plain_data(tmp_path: Path) -> None:
    source = "def fn(input, response): return input == [{'role': 'user', 'content': 'hi'}]"
    case = make_case(input=(Message(role="user", content="hi"),))
    assert score(build(tmp_path, source), make_sample(case)) == {"it": 1}


@pytest.mark.parametrize(
    "source",
    [
        "async def fn(response): return 1",
        "def fn(**given): return len(given) == 7",
        "def fn(response, strict=False, other=3): return 1",
        "class fn:\n    def __new__(cls, response): return 1",
    ],
)
def test_functions_of_every_color_and_signature_are_called(tmp_path: Path, source: str) -> None:
    assert score(build(tmp_path, source)) == {"it": 1}


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def fn(response, threshold): return 1", "'threshold'"),
        ("def fn(output): return 1", "'output'"),
        ("def fn(input, expected): return 1", "sees nothing of the reply"),
        ("def fn(): return 1", "sees nothing of the reply"),
    ],
)
def test_a_signature_that_cannot_be_served_is_refused_before_anything_runs(
    tmp_path: Path, source: str, what: str
) -> None:
    with pytest.raises(UserError, match=what) as error:
        build(tmp_path, source)
    assert "input, response, expected" in error.value.problems[0].fix


def test_its_file_and_what_it_depends_on_are_part_of_it(tmp_path: Path) -> None:
    evaluator = build(tmp_path, "def fn(response): return 1", depends_on=["words.txt"])
    assert tuple(evaluator.files()) == ("evals.py", "words.txt")


def test_a_function_may_name_its_metrics_and_must_then_give_them_all(tmp_path: Path) -> None:
    evaluator = build(tmp_path, "def fn(response): return {'a': 1, 'b': 0}", metrics=["a", "b"])
    assert [metric.name for metric in evaluator.metrics] == ["it.a", "it.b"]
    assert evaluator.describe("it.c") is None
    assert evaluator.describe("it") is None
    assert score(evaluator) == {"it.a": 1, "it.b": 0}
    with pytest.raises(ScoringError, match=r"no it\.c, which `metrics` names"):
        score(build(tmp_path, "def fn(response): return {'a': 1}", metrics=["a", "c"]))


def test_without_names_all_below_its_own_are_its_metrics(tmp_path: Path) -> None:
    evaluator = build(tmp_path, "def fn(response): return 1", kind="measure", better="lower", unit="s")
    assert not evaluator.metrics
    described = [evaluator.describe(name) for name in ("it", "it.tone", "item", "other")]
    assert [metric and (metric.name, metric.kind, metric.better, metric.unit) for metric in described] == [
        ("it", "measure", "lower", "s"),
        ("it.tone", "measure", "lower", "s"),
        None,
        None,
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"low": 2, "high": 1},
        {"kind": "binary", "high": 5},
        {"metrics": ["a", "a"]},
        {"metrics": [""]},
        {"high": math.inf},
        {"kind": "grade"},
        {"unknown": 1},
    ],
)
def test_options_that_contradict_each_other_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build(tmp_path, "def fn(response): return 1", **options)
