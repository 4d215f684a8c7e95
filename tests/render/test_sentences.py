from collections.abc import Sequence
from typing import Any

import pytest

from gate.model.report import Revision
from gate.model.verdict import Finding, Kind, SuiteVerdict
from gate.render.numbers import MINUS
from gate.render.revisions import revision
from gate.render.sentences import (
    by_place,
    confidence,
    diff_of,
    headline,
    leading,
    needed,
    run_sentence,
    sentence,
)
from gate.render.words import Medium, Part
from tests.render import reports

M = MINUS
PLAIN = Medium(literal=str, name=lambda text: f"`{text}`", message=str, strong=str)
SHAS = "in the baseline at `9f8e7d6` (`main`)"


def text(words: Sequence[Part]) -> str:
    return PLAIN.write(words)


def test_a_regression_says_what_by_how_much_how_surely_and_where() -> None:
    assert text(headline(reports.regressed())) == (
        f"Regressed: `exact_match` fell from 0.91 {SHAS} to 0.78 at `1a2b3c4` (`tighter-refunds`) "
        f"({M}13.2 points, 90% interval {M}18.1 \u2026 {M}8.0; allowed {M}2). 17 cases got worse, 1 better; "
        "worst in `category=refund`. 1 more finding of this kind below."
    )


def test_an_undecided_metric_says_what_cannot_be_ruled_out_and_what_would_tell() -> None:
    said = text(headline(reports.inconclusive()))
    assert said.startswith(f"Can't tell: `helpful` fell from 0.86 {SHAS}")
    assert said.endswith(
        "A drop of 5 points can't be ruled out. 10 cases got worse, 6 better. "
        "Telling takes about 240 cases (here 120) or 3 draws of each case (here 1)."
    )


def test_another_reason_not_to_tell_is_said_as_it_is() -> None:
    diff = reports.undecided_diff(reason="4 cases are too few to tell anything; 10 can pass", n=4)
    suite = SuiteVerdict(suite="support", kind=Kind.INCONCLUSIVE, diffs=(diff,))
    report = reports.make_report(reports.make_verdict((suite,), (reports.finding_of(diff, "too_few_cases"),)))
    assert "4 cases are too few to tell anything; 10 can pass. 10 cases got worse" in text(headline(report))


@pytest.mark.parametrize(
    ("kind", "chance"), [(Kind.REGRESSED, ""), (Kind.INCONCLUSIVE, ", which may be chance")]
)
def test_a_floor_that_is_crossed_is_named(kind: Kind, chance: str) -> None:
    diff = reports.make_diff(kind=kind, floor=0.95, reason="below its floor")
    suite = SuiteVerdict(suite="support", kind=kind, diffs=(diff,))
    report = reports.make_report(reports.make_verdict((suite,), (reports.finding_of(diff, "bar"),)))
    assert f"Its mean is 0.91, below its floor of 0.95{chance}. " in text(headline(report)).replace(
        "0.905", "0.91"
    )


def test_a_metric_of_which_less_is_better_rises() -> None:
    slow = reports.latency_diff(kind=Kind.REGRESSED, head=1.552, delta=0.289, drop=0.289)
    suite = SuiteVerdict(suite="support", kind=Kind.REGRESSED, diffs=(slow,))
    report = reports.make_report(reports.make_verdict((suite,), (reports.finding_of(slow, "regressed"),)))
    assert f"`latency_s` rose from 1.20 s {SHAS} to 1.55 s at" in text(headline(report))
    assert "(+28.9%, 90% interval " in text(headline(report))
    assert "; allowed +10%)" in text(headline(report))


def test_the_suite_is_named_only_where_there_are_several() -> None:
    report = reports.regressed()
    assert " of `support`" not in text(headline(report))
    more = (*report.verdict.suites, SuiteVerdict(suite="search", kind=Kind.PASS))
    verdict = report.verdict.model_copy(update={"suites": more})
    assert "`exact_match` of `support` fell" in text(headline(report.model_copy(update={"verdict": verdict})))


def test_a_pass_says_what_was_looked_at() -> None:
    assert text(headline(reports.passed())) == (
        "Pass: no regression found in 3 gated metrics over 120 cases, at `1a2b3c4` "
        "(`tighter-refunds`) against `9f8e7d6` (`main`)."
    )


def test_a_pass_with_warnings_says_that_there_are_some() -> None:
    slow = reports.latency_diff(kind=Kind.REGRESSED, mode="warn")
    suite = SuiteVerdict(suite="support", kind=Kind.PASS, diffs=(slow, reports.make_diff()))
    verdict = reports.make_verdict((suite,), (reports.finding_of(slow, "regressed"),))
    assert verdict.kind is Kind.PASS
    said = text(headline(reports.make_report(verdict)))
    assert said.startswith("Pass: no regression found in 1 gated metric ")
    assert said.endswith(" Its warnings are shown below.")


def test_what_has_no_figures_is_told_by_its_message() -> None:
    assert text(headline(reports.failed())) == (
        "Error at `1a2b3c4` (`tighter-refunds`) against `9f8e7d6` (`main`): search has no baseline to be compared "
        "with: there is no baselines/search.json at main (9f8e7d6)."
    )


def test_a_verdict_without_a_finding_still_names_its_kind_and_both_sides() -> None:
    verdict = reports.make_verdict(()).model_copy(update={"kind": Kind.ERROR})
    said = text(headline(reports.make_report(verdict)))
    assert said == "Error at `1a2b3c4` (`tighter-refunds`) against `9f8e7d6` (`main`)."


def test_the_worst_blocking_finding_leads_and_a_whole_metric_comes_before_its_slice() -> None:
    verdict = reports.regressed().verdict
    first = leading(verdict)
    assert first is not None
    assert (first.metric, first.slice) == ("exact_match", None)
    warned = verdict.findings[2].model_copy(update={"kind": Kind.ERROR})
    still = leading(verdict.model_copy(update={"findings": (warned, *verdict.findings)}))
    assert still is not None
    assert still.blocking


def test_a_finding_finds_its_figures_by_suite_metric_and_slice() -> None:
    verdict = reports.regressed().verdict
    diffs = by_place(verdict)
    assert diff_of(verdict.findings[1], diffs) is verdict.suites[0].slices[0]
    assert diff_of(Finding(code="x", kind=Kind.ERROR, message="m"), diffs) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"level": 0.05}, "90% interval"),
        ({"level": 0.0304}, "94% interval"),
        ({"level": None}, "90% interval"),
        ({"level": None, "looks": 2}, "interval"),
    ],
)
def test_an_interval_bears_its_level_where_that_is_known(fields: dict[str, Any], expected: str) -> None:
    assert confidence(reports.make_verdict((), **fields)) == expected


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (Revision(label="main", sha="0123456789"), "`0123456` (`main`)"),
        (Revision(label="0123456", sha="0123456789"), "`0123456`"),
        (Revision(label="HEAD", sha="0123456789"), "`0123456`"),
        (Revision(label="working tree"), "`working tree`"),
        (Revision(label="x", sha="0123456789", dirty=True), "`0123456` (`x`) with uncommitted changes"),
    ],
)
def test_a_revision_is_its_commit_and_what_it_is_called(side: Revision, expected: str) -> None:
    assert text(revision(side)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "about 240 cases (here 120) or 3 draws of each case (here 1)"),
        ({"draws_needed": None}, "about 240 cases (here 120)"),
        ({"cases_needed": None}, "3 draws of each case (here 1)"),
        ({"cases_needed": 90, "draws_needed": 1}, ""),
    ],
)
def test_only_what_is_more_than_today_would_tell(fields: dict[str, int | None], expected: str) -> None:
    assert needed(reports.undecided_diff(**fields)) == expected


@pytest.mark.parametrize("message", ["it broke", "it broke.", "it broke. "])
def test_a_message_ends_in_one_full_stop(message: str) -> None:
    assert text(sentence(message)) == "it broke."


def test_a_run_says_what_it_took_and_what_failed() -> None:
    run = reports.make_summary(
        resumed=20, failed=3, failures={"timeout": 1, "http_status": 2}, stopped="the budget is spent"
    )
    assert text(run_sentence(run)) == (
        "`support`: 120 trials (120 cases, 1 draw each) \u00b7 20 of them kept from before \u00b7 34 s \u00b7 3.5 a second "
        "\u00b7 latency p50 1.2 s, p95 2.3 s \u00b7 first token p50 340 ms \u00b7 45.2k tokens in, 12.0k out \u00b7 $0.11. "
        "3 trials failed: `http_status` 2, `timeout` 1. Stopped early: the budget is spent."
    )


def test_an_unknown_cost_is_never_none() -> None:
    assert "cost unknown" in text(run_sentence(reports.make_summary(cost_usd=None)))


def test_a_folder_on_both_sides_is_not_held_against_itself() -> None:
    folder = Revision(label="working tree")
    report = reports.failed().model_copy(update={"head": folder, "base": folder})
    said = text(headline(report))
    assert "Error in the working tree: " in said


def test_a_drop_in_a_folder_names_no_revision() -> None:
    folder = Revision(label="working tree")
    report = reports.regressed().model_copy(update={"head": folder, "base": folder})
    assert text(headline(report)).count(" in the working tree") == 2
