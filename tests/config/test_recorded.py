import json
from pathlib import Path
from typing import Any

import pytest

from gate.config.recorded import with_recorded
from gate.model.case import Case, Context, Place
from gate.model.files import dump_results
from tests.builders import make_case, make_reply, make_run, make_trial

CASES = [
    make_case(name, place=Place(file="cases.jsonl", line=line)) for line, name in enumerate("ab", start=1)
]


def recorded(root: Path, *lines: Any, cases: list[Case] = CASES) -> tuple[list[Case], list[str]]:
    """The cases with what these lines record of them, and what is wrong."""
    (root / "c.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    found, problems = with_recorded(cases, "c.jsonl", root=root)
    return found, [str(problem) for problem in problems]


def test_recorded_passages_are_the_context_of_their_cases(tmp_path: Path) -> None:
    passage = {"text": "t", "id": "d#1", "score": 2.5, "rank": 1}
    lines = [
        {"id": "b", "contexts": []},
        {"id": "a", "contexts": ["plain", passage]},
        {"id": "z", "contexts": []},
    ]
    (first, second), problems = recorded(tmp_path, *lines)
    assert not problems
    assert first.context == (Context(text="plain"), Context(text="t", id="d#1", score=2.5, rank=1))
    assert second.context == ()
    assert first.key != CASES[0].key


def test_a_results_file_is_a_recording_of_each_case_s_first_reply(tmp_path: Path) -> None:
    passages = [(Context(text=f"{name}{index}"),) for name in "ab" for index in range(2)]
    trials = [
        make_trial(name, index, reply=make_reply(contexts=passages[2 * place + index]))
        for place, name in enumerate("ab")
        for index in range(2)
    ]
    (tmp_path / "results.json").write_text(dump_results(make_run(trials)))
    found, problems = with_recorded(CASES, "results.json", root=tmp_path)
    assert not problems
    assert [case.context[0].text for case in found] == ["a0", "b0"]


def test_a_case_that_was_not_recorded_is_refused_at_its_place(tmp_path: Path) -> None:
    found, (problem,) = recorded(tmp_path, {"id": "a", "contexts": []})
    assert not found
    assert problem.startswith("cases.jsonl:2: contexts: case 'b' has no passages in c.jsonl")


def test_a_case_with_a_context_of_its_own_is_refused(tmp_path: Path) -> None:
    own = [make_case("a", context=(Context(text="own"),))]
    _, (problem,) = recorded(tmp_path, {"id": "a", "contexts": ["other"]}, cases=own)
    assert "has a context of its own" in problem


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"id": "a"}, "contexts"),
        ({"id": "a", "contexts": "one"}, "contexts"),
        ({"id": "a", "contexts": [{"words": "t"}]}, "contexts[0]"),
        ({"id": "a", "contexts": [], "output": "x"}, "output"),
        (["a"], "c.jsonl:3"),
    ],
)
def test_a_line_that_is_no_recording_is_refused_at_its_line(tmp_path: Path, line: Any, message: str) -> None:
    right = [{"id": name, "contexts": []} for name in "ab"]
    found, problems = recorded(tmp_path, *right, line)
    assert not found
    assert problems[0].startswith("c.jsonl:3")
    assert message in problems[0]


def test_a_case_that_is_recorded_twice_is_refused(tmp_path: Path) -> None:
    _, (problem,) = recorded(tmp_path, *[{"id": "a", "contexts": []}] * 2, {"id": "b", "contexts": []})
    assert problem.startswith("c.jsonl:2: case 'a' is recorded twice")


@pytest.mark.parametrize(("name", "content"), [("gone.jsonl", None), ("r.json", b"{}"), ("r.json", b"\xff")])
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found, problems = with_recorded(CASES, name, root=tmp_path)
    assert not found
    assert str(problems[0].place) == name


def test_no_more_than_twenty_problems_are_told(tmp_path: Path) -> None:
    many = [make_case(f"case-{number}") for number in range(50)]
    _, problems = recorded(tmp_path, {"id": "other", "contexts": []}, cases=many)
    assert len(problems) == 20
