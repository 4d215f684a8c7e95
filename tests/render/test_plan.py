from typing import Any

from gate.model.outlay import Outlay, SuitePlan
from gate.render.numbers import UNKNOWN
from gate.render.plan import outlay_text, plans_text

KNOWN = Outlay(
    trials=85,
    kept=5,
    judge_calls=160,
    input_tokens=41_000,
    output_tokens=8_000,
    cost_usd=0.48,
    at_most=True,
    seconds=12,
)


def make_plan(**fields: Any) -> SuitePlan:
    given = {"suite": "support", "cases": 85, "target": "prompt", "model": "a-model"}
    return SuitePlan(**{**given, "check": KNOWN, "accept": Outlay(trials=425), **fields})


def test_a_suite_is_told_walk_by_walk_with_what_is_kept_and_what_is_a_bound() -> None:
    text = plans_text([make_plan()], width=110)
    assert text.startswith("support: 85 cases, target prompt (a-model)\n")
    check, accept = text.splitlines()[2:4]
    assert check.split() == [
        "check",
        "85",
        "5",
        "80",
        "≤",
        "160",
        "41.0k",
        "≤",
        "8.0k",
        "≤",
        "$0.48",
        "12",
        "s",
    ]
    assert accept.split() == ["accept", "425", "0", "425", "0", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]


def test_several_suites_have_sums_and_what_is_not_known_of_one_is_not_known_of_all() -> None:
    text = plans_text([make_plan(), make_plan(suite="other", accept=KNOWN)], width=110)
    sums = text[text.index("all 2 suites") :].splitlines()
    assert sums[2].split() == [
        "check",
        "170",
        "10",
        "160",
        "≤",
        "320",
        "82.0k",
        "≤",
        "16.0k",
        "≤",
        "$0.96",
        "24",
        "s",
    ]
    assert sums[3].split()[-4:] == [UNKNOWN] * 4


def test_a_budget_that_is_too_small_is_said_at_the_suite() -> None:
    refusal = "a check may not fit into the budget: it would take about 80 calls"
    assert f"  {refusal}." in plans_text([make_plan(refusals=(refusal,))], width=110)


def test_the_line_before_a_run_says_what_is_known_and_no_more() -> None:
    assert outlay_text("support", KNOWN) == (
        "support: 85 trials, 5 of them kept from before, about 41.0k tokens in, at most 8.0k out, at most $0.48, "
        "at most 160 calls of judges besides, about 12 s"
    )
    assert (
        outlay_text("s", Outlay(trials=3, input_tokens=3)) == "s: 3 trials, about 3 tokens in, cost unknown"
    )
    assert outlay_text("s", Outlay(trials=3, kept=3, cost_usd=0)) == "s: 3 trials, 3 of them kept from before"
