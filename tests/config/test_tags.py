from typing import Any

import pytest

from gate.config.nodes import Node, Source
from gate.config.tags import tag_problems
from gate.model.case import Case, Place
from gate.model.suite import SuitePolicy
from tests.builders import make_case

CASES = [
    make_case("a", tags={"category": "refund", "level": "1"}, place=Place(file="c.jsonl", line=1)),
    make_case("b", tags={"category": "billing"}, place=Place(file="c.jsonl", line=2)),
]


def found(cases: list[Case] = CASES, **policy: Any) -> list[tuple[str, str, str]]:
    suite = Node.of({"slices": policy.get("slices", []), "cluster": policy.get("cluster")}, 4)
    problems = tag_problems(
        SuitePolicy(**policy), cases, Source("gate.yaml", Node.of({"s": suite.plain()}, 4)), at=("s",)
    )
    assert all(str(problem.place) == "gate.yaml:4" for problem in problems)
    return [(problem.key, problem.message, problem.fix) for problem in problems]


def test_slices_and_a_cluster_that_the_cases_carry_are_no_problem() -> None:
    named = {"name": "x", "where": {"category": "refund", "level": "1"}}
    assert found(slices=["category", "level", named], cluster="category") == []


@pytest.mark.parametrize(
    ("one", "message", "fix"),
    [
        ("catgory", "no case carries the tag 'catgory'", "did you mean `category`?"),
        ("zzz", "no case carries the tag 'zzz'", "use one of: category, level"),
        ({"name": "x", "where": {"levle": "1"}}, "no case carries the tag 'levle'", "did you mean `level`?"),
        ({"name": "x", "where": {"category": "refnd"}}, "no case has category: refnd", "did you mean `refund`?"),
        ({"name": "x", "where": {"category": "billing", "level": "1"}}, "no case has all of category: billing, level: 1",
         "remove a condition, or add such cases"),
    ],
)  # fmt: skip
def test_an_empty_slice_is_an_error(one: Any, message: str, fix: str) -> None:
    assert found(slices=["category", one]) == [("s.slices[1]", message, fix)]


def test_a_case_without_the_tag_of_its_cluster_is_named_with_its_place() -> None:
    assert found(cluster="level") == [
        (
            "s.cluster",
            "the tag 'level' is missing in 'b' (c.jsonl:2)",
            "tag every case with what it belongs to",
        )
    ]


def test_a_cluster_that_no_case_carries_is_probably_misspelt() -> None:
    assert found(cluster="categorie")[0][2] == "did you mean `category`?"


def test_of_many_cases_without_a_cluster_three_are_named() -> None:
    cases = [make_case(f"c{n}", place=Place(file="c.jsonl", line=n)) for n in range(1, 6)]
    ((_, message, _),) = found(cases, cluster="doc")
    assert (
        message
        == "the tag 'doc' is missing in 'c1' (c.jsonl:1), 'c2' (c.jsonl:2), 'c3' (c.jsonl:3) and 2 more"
    )


def test_what_users_said_may_be_sliced_by() -> None:
    heard = [make_case("a", feedback={"thumbs": "down"}, place=Place(file="c.jsonl", line=1))]
    assert found(heard, slices=["feedback", {"name": "x", "where": {"feedback": "negative"}}]) == []
    ((_, message, _),) = found(CASES, slices=["feedback"])
    assert message == "no case carries the tag 'feedback'"
