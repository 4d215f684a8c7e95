from typing import Any

from gate.model.report import Step
from gate.model.verdict import Finding, Kind, SuiteVerdict
from gate.render.steps import MOST_STEPS, Invocation, next_steps
from tests.render import reports


def finding(code: str, kind: Kind, *, suite: str = "support", action: str = "mend it") -> Finding:
    return Finding(code=code, kind=kind, message="m", action=action, suite=suite)


def steps(*findings: Finding) -> tuple[Step, ...]:
    return next_steps(reports.make_verdict((), findings))


def test_a_regression_is_accepted_once_a_suite_however_many_findings_there_are() -> None:
    found = steps(finding("regressed", Kind.REGRESSED), finding("slice_regressed", Kind.REGRESSED))
    assert found == (
        Step(
            text="If the drop in support is intended, take fresh draws as its new baseline and commit the file",
            command="gate accept support",
        ),
    )


def test_a_drop_is_to_be_looked_into_before_it_is_accepted() -> None:
    def fell(suite: str, metric: str, code: str = "regressed") -> Finding:
        return finding(code, Kind.REGRESSED, suite=suite).model_copy(update={"metric": metric})

    found = steps(
        fell("b", "is kind", "slice_regressed"), fell("b", "x"), fell("c", "x"), fell("d", "x", "below_min")
    )
    assert [step.command for step in found] == [
        "gate check b -o results.json",
        "gate explain --current results.json",
        "gate bisect 'is kind' --suite b",
        "gate accept b",
        "gate bisect x --suite c",
        "gate accept c",
        "gate accept d",
    ]


def asked_so(*suites: str, **asked: Any) -> list[str]:
    fell = [
        finding("regressed", Kind.REGRESSED, suite=suite).model_copy(update={"metric": "x"})
        for suite in suites
    ]
    found = next_steps(reports.make_verdict((), tuple(fell)), asked=Invocation(**asked))
    return [step.command for step in found]


def test_the_results_are_named_by_the_file_that_holds_them() -> None:
    files = {"b": ["out/b.json"], "c": ["out/c d.json"], "whole": ["out/whole.json"]}
    assert asked_so("b", "c", results=files)[0] == (
        "gate explain --current out/b.json --current 'out/c d.json'"
    )
    both = ["one.json", "folder"]
    assert asked_so("b", "c", results={"b": both, "c": both})[0] == (
        "gate explain --current one.json --current folder"
    )


def test_what_the_results_were_held_against_and_the_config_are_named_again() -> None:
    sha = "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432"
    assert asked_so("b", base=sha, config="sub/gate.yaml") == [
        "gate check b --base 9f8e7d6c5b4a -o results.json -c sub/gate.yaml",
        "gate explain --current results.json --base 9f8e7d6c5b4a -c sub/gate.yaml",
        "gate bisect x --suite b -c sub/gate.yaml",
        "gate accept b -c sub/gate.yaml",
    ]
    given = asked_so("b", baseline="old.json", config="gate.yaml", results={"b": ["r.json"]})
    assert given[0] == "gate explain --current r.json --baseline old.json"


def test_what_cannot_be_compared_is_accepted_too() -> None:
    assert steps(finding("churn", Kind.NOT_COMPARABLE))[0].text.startswith(
        "If the change in support is intended"
    )


def test_a_missing_baseline_is_written() -> None:
    found = steps(finding("no_baseline", Kind.ERROR, suite="search"))
    assert [step.command for step in found] == ["gate accept search"]


def test_a_broken_run_is_never_proposed_as_a_baseline() -> None:
    found = steps(
        finding("all_failed", Kind.ERROR, action="look at the failures"),
        finding("no_baseline", Kind.ERROR),
        finding("churn", Kind.NOT_COMPARABLE),
    )
    assert found == (Step(text="Look at the failures"),)


def test_what_could_not_be_told_says_what_would_tell() -> None:
    diff = reports.undecided_diff()
    suite = SuiteVerdict(suite="support", kind=Kind.INCONCLUSIVE, diffs=(diff,))
    verdict = reports.make_verdict((suite,), (reports.finding_of(diff, "inconclusive"),))
    assert next_steps(verdict) == reports.inconclusive().next_steps


def test_where_no_number_of_draws_would_tell_the_action_of_the_finding_stands() -> None:
    diff = reports.undecided_diff(cases_needed=None, draws_needed=None)
    suite = SuiteVerdict(suite="support", kind=Kind.INCONCLUSIVE, diffs=(diff,))
    told = reports.finding_of(diff, "few_cases", action="add cases to the suite")
    assert next_steps(reports.make_verdict((suite,), (told,)))[0].text == "Add cases to the suite"


def test_a_note_asks_for_nothing() -> None:
    assert steps(finding("added_cases", Kind.PASS)) == ()


def test_a_suite_is_quoted_for_the_shell() -> None:
    assert (
        steps(finding("regressed", Kind.REGRESSED, suite="a; rm -rf b"))[0].command
        == "gate accept 'a; rm -rf b'"
    )


def test_there_are_at_most_eight_the_gravest_first() -> None:
    regressed = [finding("regressed", Kind.REGRESSED, suite=f"s{index}") for index in range(20)]
    found = steps(*regressed, finding("unknown_gate", Kind.ERROR))
    assert len(found) == MOST_STEPS
    assert found[0].text == "Mend it"
