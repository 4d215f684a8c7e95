"""What a head would change of the bar, loosened first."""

from typing import Any

import pytest

from gate.compare.proposals import proposals
from gate.model.authority import Authority
from gate.model.suite import Gate, Policy, PolicySheet, Slice, SuitePolicy


def sheet(policy: dict[str, Any] | None = None, *, baseline: str = "b.json", **suite: Any) -> PolicySheet:
    return PolicySheet(
        policy=Policy(**(policy or {})),
        suites={"support": SuitePolicy(**suite)},
        baselines={"support": baseline},
    )


def gated(**gate: Any) -> PolicySheet:
    return sheet(gates={"accuracy": Gate(**gate)})


def said(base: PolicySheet, head: PolicySheet) -> list[tuple[str, bool]]:
    return [(proposal.text, proposal.loosened) for proposal in proposals(base, head)]


def test_the_same_sheet_proposes_nothing() -> None:
    assert proposals(gated(min=0.9), gated(min=0.9)) == ()


@pytest.mark.parametrize(
    ("key", "before", "after", "loosened"),
    [
        ("slice_drop", 0.1, 0.2, True),
        ("slice_drop", 0.2, 0.1, False),
        ("slice_q", 0.05, 0.01, True),
        ("slice_q", 0.01, 0.05, False),
        ("slice_min_cases", 8, 20, True),
        ("max_churn", 0.2, 0.5, True),
        ("max_error_rate", 0.2, 0.1, False),
        ("broken_cases", 0, None, True),
        ("broken_cases", 0, 3, True),
        ("broken_cases", None, 0, False),
        ("on_inconclusive", "block", "warn", True),
        ("judges", "calibrated", "any", True),
        ("judges", "any", "calibrated", False),
        ("on_inconclusive", "warn", "block", False),
        ("alpha", 0.05, 0.01, True),
        ("alpha", 0.05, 0.10, True),
        ("power", 0.8, 0.9, False),
    ],
)
def test_each_key_of_the_policy_knows_which_way_is_looser(
    key: str, before: object, after: object, loosened: object
) -> None:
    ((text, seen),) = said(sheet({key: before}), sheet({key: after}))
    assert text.startswith(f"policy: {key} goes from ")
    assert seen is loosened


@pytest.mark.parametrize(
    ("before", "after", "loosened"),
    [
        ({"max_drop": 0.02}, {"max_drop": 0.05}, True),
        ({"max_drop": 0.05}, {"max_drop": 0.02}, False),
        ({}, {"max_drop": 0.05}, True),
        ({}, {"max_drop": 0.01}, False),
        ({}, {"max_drop": "5%"}, False),
        ({"max_drop": 0.01}, {}, True),
        ({"max_drop": 0.05}, {"max_drop": "1%"}, True),
        ({"must_catch": 0.1}, {"must_catch": 0.2}, True),
        ({"slice_drop": 0.2}, {"slice_drop": 0.1}, False),
        ({"min": 0.9}, {"min": 0.8}, True),
        ({"min": 0.8}, {"min": 0.9}, False),
        ({"min": 0.8}, {}, True),
        ({}, {"min": 0.8}, False),
        ({"max": 2}, {"max": 3}, True),
        ({"max": 3}, {"max": 2}, False),
        ({"max": 3}, {}, True),
        ({"min_coverage": 0.9}, {"min_coverage": 0.8}, True),
        ({"min_coverage": 0.9}, {}, True),
        ({"mode": "block"}, {"mode": "warn"}, True),
        ({"mode": "record"}, {"mode": "warn"}, False),
        ({"statistic": "mean"}, {"statistic": "p50"}, True),
        ({"better": "higher"}, {"better": "lower"}, True),
    ],
)
def test_each_key_of_a_gate_knows_which_way_is_looser(
    before: dict[str, Any], after: dict[str, Any], loosened: object
) -> None:
    ((text, seen),) = said(gated(**before), gated(**after))
    assert text.startswith("suite support, accuracy: ")
    assert seen is loosened


def test_the_words_are_plain() -> None:
    assert said(gated(max_drop="10%"), gated(max_drop="25%")) == [
        ("suite support, accuracy: max_drop goes from 10% to 25%", True)
    ]
    assert said(gated(min=0.9), gated()) == [("suite support, accuracy: min goes from 0.9 to unset", True)]


def test_a_gate_that_is_taken_out_is_held_against_the_default() -> None:
    assert said(gated(min=0.9), sheet()) == [("suite support, accuracy: min goes from 0.9 to unset", True)]
    assert said(sheet(), gated()) == []
    default = said(sheet(), sheet(default_gate=Gate(mode="warn")))
    assert default == [
        ("suite support, metrics without a gate of their own: mode goes from block to warn", True)
    ]


def test_suites_slices_clusters_and_baselines_are_told() -> None:
    base = sheet(slices=("area", Slice(name="hard", where={"level": "hard"})))
    assert said(base, PolicySheet()) == [("suite support is taken out", True)]
    assert said(PolicySheet(), base) == [("suite support is new", False)]
    assert said(base, sheet(slices=("area", Slice(name="hard", where={"level": "harder"})))) == [
        ("suite support: slice hard holds other cases", True)
    ]
    assert said(base, sheet(slices=("area", "level"))) == [
        ("suite support: slice hard is taken out", True),
        ("suite support: slice level is new", False),
    ]
    assert said(sheet(), sheet(cluster="talk")) == [("suite support: cluster goes from unset to talk", True)]
    assert said(sheet(), sheet(baseline="c.json")) == [
        ("suite support: baseline goes from b.json to c.json", True)
    ]


def test_what_is_loosened_comes_first() -> None:
    found = proposals(gated(min=0.9, max_drop=0.05), gated(min=0.8, max_drop=0.01))
    assert [proposal.loosened for proposal in found] == [True, False]


@pytest.mark.parametrize(
    ("before", "after", "text", "loosened"),
    [
        ({"role": "maintain"}, {"role": "write"}, "accept: role goes from maintain to write", True),
        ({}, {"role": "admin"}, "accept: role goes from write to admin", False),
        ({"teams": ("a/b",)}, {}, "accept: teams goes from a/b to unset", True),
        ({"teams": ("a/b",)}, {"teams": ("a/b", "a/c")}, "accept: teams goes from a/b to a/b, a/c", True),
        ({"teams": ("a/b", "a/c")}, {"teams": ("a/c",)}, "accept: teams goes from a/b, a/c to a/c", False),
        ({}, {"teams": ("a/b",)}, "accept: teams goes from unset to a/b", False),
    ],
)
def test_who_may_accept_is_a_part_of_the_bar(
    before: dict[str, Any], after: dict[str, Any], text: str, *, loosened: bool
) -> None:
    base, head = PolicySheet(authority=Authority(**before)), PolicySheet(authority=Authority(**after))
    assert said(base, head) == [(text, loosened)]


def instruments(cases: tuple[str, ...] = ("a.jsonl",), **evaluators: str) -> PolicySheet:
    return sheet().model_copy(update={"evaluators": {"support": evaluators}, "cases": {"support": cases}})


def test_evaluators_that_go_or_measure_otherwise_loosen_and_new_ones_do_not() -> None:
    base = instruments(tone="t1", facts="f1", old="o1")
    head = instruments(tone="t2", facts="f1", fresh="n1")
    assert said(base, head) == [
        ("suite support: evaluator old is taken out", True),
        ("suite support: evaluator tone measures in another way", True),
        ("suite support: evaluator fresh is new", False),
    ]


@pytest.mark.parametrize(
    ("before", "after", "text", "loosened"),
    [
        (("a.jsonl",), ("b.jsonl",), "suite support: its cases are no more a.jsonl, also b.jsonl", True),
        (("a.jsonl", "b.jsonl"), ("a.jsonl",), "suite support: its cases are no more b.jsonl", True),
        (("a.jsonl",), ("a.jsonl", "b.jsonl"), "suite support: its cases are also b.jsonl", False),
    ],
)
def test_case_files_that_are_left_out_loosen(
    before: tuple[str, ...],
    after: tuple[str, ...],
    text: str,
    *,
    loosened: bool,
) -> None:
    assert said(instruments(before), instruments(after)) == [(text, loosened)]
