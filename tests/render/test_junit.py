import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from gate.model.report import Report
from gate.model.verdict import Finding, Kind, SuiteVerdict
from gate.render.junit import junit
from tests.render import reports
from tests.render.golden import assert_golden
from tests.render.hostile import CORPUS

VERDICTS: dict[str, Callable[[], Report]] = {
    "pass": reports.passed,
    "regressed": reports.regressed,
    "inconclusive": reports.inconclusive,
    "not_comparable": reports.not_comparable,
    "error": reports.failed,
}
ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=120)
# What the schema that Jenkins validates with (junit-10.xsd of its xUnit plug-in) allows, of what is written here.
TOTALS = {"tests", "failures", "errors"}
COUNTS = {*TOTALS, "skipped"}
SCHEMA: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, {"name", *TOTALS}),
    "testsuite": ({"testcase"}, {"name", *COUNTS}),
    "testcase": ({"skipped", "error", "failure", "system-out"}, {"name", "classname"}),
    "skipped": (set(), {"message"}),
    "error": (set(), {"message", "type"}),
    "failure": (set(), {"message", "type"}),
    "system-out": (set(), set()),
}


def outcomes(report: Report) -> dict[str, list[type]]:
    """Name of the case → its outcomes, as an independent reader of JUnit files sees them."""
    parsed = JUnitXml.fromstring(junit(report).text.encode())
    return {case.name: [type(outcome) for outcome in case.result] for suite in parsed for case in suite}


def tree(report: Report) -> ET.Element:
    return ET.fromstring(junit(report).text.encode())  # noqa: S314 - what was written just now


def assert_valid(element: ET.Element) -> None:
    children, attributes = SCHEMA[element.tag]
    assert {child.tag for child in element} <= children
    assert set(element.attrib) <= attributes
    for child in element:
        assert_valid(child)


@pytest.mark.parametrize("name", VERDICTS)
def test_each_verdict_has_its_file(name: str) -> None:
    assert_golden(f"{name}.junit.xml", junit(VERDICTS[name]()).text)


@pytest.mark.parametrize("name", VERDICTS)
def test_the_file_keeps_to_the_common_schema_and_its_counts_are_right(name: str) -> None:
    root = tree(VERDICTS[name]())
    assert_valid(root)
    for suite in root.iter("testsuite"):
        found = {
            key: len(suite.findall(f"testcase/{key.removesuffix('s')}")) for key in ("failures", "errors")
        }
        found["skipped"], found["tests"] = (
            len(suite.findall("testcase/skipped")),
            len(suite.findall("testcase")),
        )
        assert {key: int(suite.attrib[key]) for key in COUNTS} == found
    for key in TOTALS:
        assert int(root.attrib[key]) == sum(int(suite.attrib[key]) for suite in root)


@pytest.mark.parametrize("name", VERDICTS)
def test_the_file_fails_where_the_exit_code_does(name: str) -> None:
    report = VERDICTS[name]()
    parsed = JUnitXml.fromstring(junit(report).text.encode())
    assert bool(parsed.failures or parsed.errors) == bool(report.verdict.exit_code)


def test_outcomes_say_what_was_found() -> None:
    assert outcomes(reports.regressed()) == {
        "exact_match": [Failure],
        "helpful": [Skipped],
        "grounded": [],
        "latency_s": [],  # it only warns
        "exact_match [category=refund]": [Failure],
        "exact_match [category=shipping]": [],
        "added_cases": [],
    }
    assert outcomes(reports.not_comparable()) == {
        "exact_match": [],
        "grounded": [Error],
        "removed_cases": [Error],
    }


def test_what_could_not_be_told_fails_only_where_that_blocks() -> None:
    assert outcomes(reports.inconclusive())["helpful"] == [Skipped]
    assert outcomes(reports.inconclusive(exit_code=3))["helpful"] == [Failure]


def test_a_recorded_metric_is_no_test() -> None:
    assert "response_words" not in outcomes(reports.passed())


def test_a_finding_of_no_suite_has_its_place() -> None:
    finding = Finding(code="no_suites", kind=Kind.ERROR, message="no suite was compared", exit_code=2)
    assert outcomes(reports.make_report(reports.make_verdict((), (finding,)))) == {"no_suites": [Error]}


def test_a_verdict_that_fails_without_a_finding_still_fails_here() -> None:
    suite = SuiteVerdict(suite="support", kind=Kind.ERROR)
    verdict = reports.make_verdict((suite,)).model_copy(update={"kind": Kind.ERROR, "exit_code": 4})
    assert outcomes(reports.make_report(verdict)) == {"verdict": [Error]}


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_text_stays_text(name: str) -> None:
    assert_valid(tree(reports.foreign(CORPUS[name])))


@given(ANY_TEXT)
def test_any_text_in_any_field_gives_a_file_that_can_be_read(text: str) -> None:
    tags = [element.tag for element in tree(reports.foreign(text)).iter()]
    assert tags == [element.tag for element in tree(reports.foreign("x")).iter()]
