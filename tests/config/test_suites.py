from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, field_validator

from gate.config.file import parse
from gate.config.suites import load_suites
from gate.model.base import Noun
from gate.model.errors import Problem, UserError
from gate.model.suite import Draws, Suite, Use
from tests.builders import config_text
from tests.doubles import StubCatalogue

Load = Callable[..., tuple[Suite, ...]]


class Looking(Noun):
    values: tuple[str, ...] = Field(min_length=1)
    ignore_case: bool = False


class Breaking(Noun):
    value: int = 0

    @field_validator("value")
    @classmethod
    def _check(cls, value: int) -> int:
        raise KeyError(value)


class Catalogue(StubCatalogue):
    def __init__(self) -> None:
        super().__init__(evaluator={"same": Noun, "contains": Looking, "breaking": Breaking})

    def names(self, kind: Any) -> list[str]:
        return [*super().names(kind), "gone"]

    def options(self, kind: Any, use: str) -> type[Noun]:
        if use == "gone":
            raise UserError(Problem(message="cannot be loaded"))
        return super().options(kind, use)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    (tmp_path / "cases.jsonl").write_text(
        '{"id": "a", "input": "x", "tags": {"t": "1"}}\n{"id": "b", "input": "y"}\n'
    )

    def loaded(
        suite: dict[str, Any] | None = None, *, only: tuple[str, ...] = (), **top: Any
    ) -> tuple[Suite, ...]:
        config = parse(config_text(suite, **top), "gate.yaml")
        return load_suites(config, root=tmp_path, catalogue=Catalogue(), only=only)

    return loaded


def refused(load: Load, suite: dict[str, Any] | None = None, **more: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(UserError) as caught:
        load(suite, **more)
    return [(problem.key, problem.message, problem.fix) for problem in caught.value.problems]


def test_a_suite_is_loaded_whole(load: Load) -> None:
    (suite,) = load(
        {
            "evaluators": ["same", {"use": "contains", "name": "polite", "with": {"values": ["please"]}}],
            "gates": {"polite": {"min": 0.5}},
            "slices": ["t"],
            "trials": 2,
            "timeout_s": 7,
            "depends_on": ["cases.*"],
            "budget": {"calls": 9},
        },
        defaults={"concurrency": 3, "timeout_s": 5},
    )
    assert suite.name == "support"
    assert [(case.id, str(case.place)) for case in suite.cases] == [
        ("a", "cases.jsonl:1"),
        ("b", "cases.jsonl:2"),
    ]
    assert suite.target == Use(use="echo", name="echo")
    assert suite.evaluators == (
        Use(use="same", name="same"),
        Use(use="contains", name="polite", with_={"values": ["please"]}),
    )
    assert suite.policy.gates["polite"].min == 0.5
    assert suite.draws == Draws(check=2)
    assert (suite.concurrency, suite.timeout_s) == (3, 7)
    assert (suite.depends_on, suite.budget.calls, suite.baseline) == (
        ("cases.*",),
        9,
        "baselines/support.json",
    )


def test_options_are_kept_as_they_are_written_and_not_as_their_model_sees_them(load: Load) -> None:
    written = {"values": ["a"]}
    (suite,) = load({"evaluators": [{"use": "contains", "with": written}]})
    assert suite.evaluators[0].with_ == written


@pytest.mark.parametrize(
    ("suite", "key", "message", "fix"),
    [
        ({"target": "ehco"}, "target", "there is no target 'ehco'", "did you mean `echo`?"),
        ({"target": {"use": "same"}}, "target.use", "there is no target 'same'", "use one of: echo, gone"),
        ({"target": "gone"}, None, "cannot be loaded", ""),
        ({"target": {"use": "echo", "with": {"x": 1}}}, "target.with.x", "this key is not known here", "remove it"),
        ({"evaluators": ["smae"]}, "evaluators[0]", "there is no evaluator 'smae'", "did you mean `same`?"),
        ({"evaluators": ["same", {"use": "contains", "with": {"value": ["a"], "values": ["a"]}}]},
         "evaluators[1].with.value", "this key is not known here", "did you mean `values`?"),
        ({"evaluators": ["contains"]}, "evaluators[0].with.values", "this key is missing", "add `values:`"),
        ({"evaluators": [{"use": "contains", "with": {"values": "a"}}]}, "evaluators[0].with.values", "must be a list",
         'write ["a"]'),
        ({"evaluators": [{"use": "breaking", "with": {"value": 3}}]}, "evaluators[0].with",
         "the options of 'breaking' cannot be checked: KeyError: 3", "mend or remove that package"),
        ({"cases": "case.jsonl"}, "cases", "this names no file", "did you mean `cases.jsonl`?"),
        ({"cases": ["cases.jsonl", "x/*.csv"]}, "cases[1]", "this names no file", "mend the pattern, or create the files"),
        ({"depends_on": ["cases.jsonl", "prompts/**"]}, "depends_on[1]", "this names no file or folder",
         "mend the path or pattern, or remove it"),
        ({"slices": ["tt"]}, "slices[0]", "no case carries the tag 'tt'", "did you mean `t`?"),
        ({"cluster": "t"}, "cluster", "the tag 't' is missing in 'b' (cases.jsonl:2)",
         "tag every case with what it belongs to"),
    ],
)  # fmt: skip
def test_a_suite_that_cannot_be_run_is_refused_with_key_and_fix(
    load: Load, suite: dict[str, Any], key: str | None, message: str, fix: str
) -> None:
    assert refused(load, suite) == [("" if key is None else f"suites.support.{key}", message, fix)]


def test_the_problems_of_all_suites_and_their_files_are_told_at_once(load: Load, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "a"}\nnope\n')
    first = {"cases": "bad.jsonl", "target": "ehco", "evaluators": ["same"]}
    second = {"cases": "none.jsonl", "target": "echo", "evaluators": ["smae"]}
    keys = [key for key, *_ in refused(load, suites={"a": first, "b": second})]
    assert keys == ["suites.a.target", "input", "", "suites.b.evaluators[0]", "suites.b.cases"]


def test_a_file_that_two_patterns_name_is_read_once(load: Load) -> None:
    (suite,) = load({"cases": ["cases.jsonl", "*.jsonl"]})
    assert len(suite.cases) == 2


def test_some_suites_are_picked_by_name_in_the_order_of_the_file(load: Load) -> None:
    suite = {"cases": "cases.jsonl", "target": "echo", "evaluators": ["same"]}
    broken = {**suite, "cases": "none.jsonl"}
    suites = {"a": suite, "b": broken, "c": suite}
    assert [one.name for one in load(suites=suites, only=("c", "a"))] == ["a", "c"]


def test_a_suite_that_is_not_there_is_told_with_the_one_that_was_meant(load: Load) -> None:
    assert refused(load, only=("suport", "x")) == [
        ("", "there is no suite 'suport' in gate.yaml", "did you mean `support`?"),
        ("", "there is no suite 'x' in gate.yaml", "use one of: support"),
    ]


def test_recorded_passages_are_handed_to_every_case(load: Load, tmp_path: Path) -> None:
    (tmp_path / "found.jsonl").write_text('{"id": "a", "contexts": ["one"]}\n{"id": "b", "contexts": []}\n')
    (suite,) = load({"contexts": "found.jsonl"})
    assert [[context.text for context in case.context] for case in suite.cases] == [["one"], []]


def test_cases_without_recorded_passages_are_refused(load: Load, tmp_path: Path) -> None:
    (tmp_path / "found.jsonl").write_text('{"id": "a", "contexts": ["one"]}\n')
    ((key, message, _),) = refused(load, {"contexts": "found.jsonl"})
    assert (key, message) == ("contexts", "case 'b' has no passages in found.jsonl")


def test_a_suite_may_be_the_generation_of_another_that_searches_afresh(load: Load) -> None:
    suite = {"cases": "cases.jsonl", "target": "echo", "evaluators": ["same"]}
    whole, part = load(suites={"bot": suite, "bot-answers": {**suite, "generation_of": "bot"}})
    assert (whole.policy.generation_of, part.policy.generation_of) == (None, "bot")


@pytest.mark.parametrize(
    ("other", "fix"), [("bto", "did you mean `bot`?"), ("part", "did you mean"), ("other", "use one of: bot")]
)
def test_a_suite_is_the_generation_of_no_stranger_not_of_itself_and_not_of_a_part(
    load: Load, other: str, fix: str
) -> None:
    suite = {"cases": "cases.jsonl", "target": "echo", "evaluators": ["same"]}
    parts = {"other": {**suite, "generation_of": "bot"}, "part": {**suite, "generation_of": other}}
    ((key, message, told),) = refused(load, suites={"bot": suite, **parts})
    assert key == "suites.part.generation_of"
    assert message == f"{other!r} is no other suite that searches afresh"
    assert told.startswith((fix, "use one of"))
