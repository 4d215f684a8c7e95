import json

import pytest

from gate.config.file import parse
from gate.config.schema import EDITOR_LINE
from gate.config.starter import Found, start


def texts(found: Found) -> dict[str, str]:
    return {document.name: document.text for document in start(found).documents}


def cases(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


PROMPT = Found(template="prompts/answer.md", variables=("question", "tone"))


@pytest.mark.parametrize("found", [Found(), PROMPT], ids=["nothing", "prompt"])
def test_the_config_is_valid_and_names_its_schema(found: Found) -> None:
    text = texts(found)["gate.yaml"]
    parse(text, "gate.yaml")
    assert text.startswith(EDITOR_LINE)


@pytest.mark.parametrize("found", [Found(), PROMPT], ids=["nothing", "prompt"])
def test_there_are_enough_cases_for_a_pass_each_with_the_tag_of_the_slices(found: Found) -> None:
    rows = cases(texts(found)["cases/first.jsonl"])
    assert len(rows) >= 12  # below ten nothing ever passes
    assert all("category" in row["tags"] for row in rows)  # type: ignore[operator]
    assert len({str(row["id"]) for row in rows}) == len(rows)


def test_without_a_prompt_a_toy_is_asked_that_needs_no_key() -> None:
    assert set(texts(Found())) == {
        "gate.yaml",
        "cases/first.jsonl",
        "gate_target.py",
        ".gitattributes",
        ".gitignore",
    }
    assert "python" in texts(Found())["gate.yaml"]


def test_the_toy_gives_every_case_what_it_expects() -> None:
    scope: dict[str, object] = {}
    exec(compile(texts(Found())["gate_target.py"], "gate_target.py", "exec"), scope)  # noqa: S102 - our own text
    answer = scope["answer"]
    assert callable(answer)
    for row in cases(texts(Found())["cases/first.jsonl"]):
        assert str(row["expected"]) in answer(input=row["input"]), row["id"]


def test_with_a_prompt_the_cases_fill_in_its_variables_and_the_key_is_spoken_of() -> None:
    found = texts(PROMPT)
    assert "gate_target.py" not in found
    assert "template: prompts/answer.md" in found["gate.yaml"]
    assert all(set(row["input"]) == {"question", "tone"} for row in cases(found["cases/first.jsonl"]))  # type: ignore[call-overload]
    assert any("ANTHROPIC_API_KEY" in note for note in start(PROMPT).notes)


def test_a_prompt_of_the_one_variable_input_is_filled_with_a_text() -> None:
    found = texts(Found(template="p.prompt", variables=("input",)))
    assert all(isinstance(row["input"], str) for row in cases(found["cases/first.jsonl"]))


def test_an_odd_path_of_a_template_is_quoted() -> None:
    text = texts(Found(template="prompts/a, b: c.md", variables=("q",)))["gate.yaml"]
    target = parse(text, "f").shape.suites["prompt"].target
    assert target.with_["template"] == "prompts/a, b: c.md"


def test_a_name_that_is_taken_is_left_alone() -> None:
    found = texts(Found(taken=frozenset({"gate_target.py", "gate_target_2.py", "cases/first.jsonl"})))
    assert {"gate_target_3.py", "cases/first_2.jsonl"} <= set(found)
    suite = parse(found["gate.yaml"], "f").shape.suites["first"]
    assert suite.cases == ("cases/first_2.jsonl",)
    assert suite.target.with_ == {"function": "gate_target_3.py:answer"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ".gate/\n"),
        ("x\n", "x\n.gate/\n"),
        ("x", "x\n.gate/\n"),
        ("x\r\ny\r\n", "x\r\ny\r\n.gate/\r\n"),
        ("x\r\ny", "x\r\ny\r\n.gate/\r\n"),
    ],
)
def test_a_line_is_added_to_what_git_is_told_already(before: str, after: str) -> None:
    assert texts(Found(lines={".gitignore": before}))[".gitignore"] == after


@pytest.mark.parametrize("before", [".gate/\n", "a\r\n  .gate/  \r\nb"])
def test_a_line_that_is_there_is_not_added_again(before: str) -> None:
    assert ".gitignore" not in texts(Found(lines={".gitignore": before}))


def test_a_function_that_looks_like_the_application_is_told() -> None:
    found = Found(function="src/bot.py:answer")
    assert "src/bot.py:answer" in texts(found)["gate.yaml"]
    assert any("src/bot.py:answer" in note for note in start(found).notes)


def test_a_template_that_is_beyond_us_is_told() -> None:
    assert any("prompts/x.j2" in note for note in start(Found(other_template="prompts/x.j2")).notes)
