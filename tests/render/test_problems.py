from gate.model.case import Place
from gate.model.errors import Problem
from gate.render.problems import problems_text


def test_a_problem_says_where_what_the_value_and_the_fix() -> None:
    problem = Problem(
        message="there is no such key",
        place=Place(file="gate.yaml", line=14),
        key="suites.support.gates.exact_match.max_dorp",
        value="0.02",
        fix="did you mean `max_drop`?",
    )
    assert problems_text([problem]) == (
        "gate.yaml:14: suites.support.gates.exact_match.max_dorp: there is no such key\n"
        "  found: 0.02\n"
        "  fix:   did you mean `max_drop`?"
    )


def test_what_is_not_known_takes_no_line() -> None:
    assert (
        problems_text([Problem(message="the file is empty", place=Place(file="a.jsonl"))])
        == "a.jsonl: the file is empty"
    )


def test_several_problems_are_told_at_once_and_counted() -> None:
    text = problems_text([Problem(message="one"), Problem(message="two")])
    assert text == "one\n\ntwo\n\n2 problems to mend."


def test_foreign_text_controls_nothing() -> None:
    text = problems_text(
        [Problem(message="::error::x\x1b[1m", value="a\nb", fix="##[group]", place=Place(file="\u202e"))]
    )
    assert "\x1b" not in text
    assert "##[" not in text
    assert "a\u23ceb" in text
    lonely = problems_text([Problem(message="::error::x")])
    assert not lonely.startswith("::")


def test_a_long_value_is_cut() -> None:
    assert "\u2026 (+880)" in problems_text([Problem(message="m", value="x" * 1_000)])
