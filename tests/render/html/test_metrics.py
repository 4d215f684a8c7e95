"""The metrics of the page: in which order they stand, and what is said of each."""

import re

from gate.model.segment import Search, Segment, Term
from gate.model.verdict import Kind, MetricDiff
from gate.render.html.metrics import metrics
from tests.render import reports
from tests.render.reports import make_diff, make_segment


def told(*diffs: MetricDiff, segments: tuple[Segment, ...] = ()) -> str:
    """The section for a suite with these metrics, without tags."""
    report = reports.passed()
    (first, *_) = report.verdict.suites
    suite = first.model_copy(
        update={
            "suite": "support",
            "diffs": diffs,
            "slices": (),
            "changes": (),
            "search": Search(segments=segments),
        }
    )
    verdict = report.verdict.model_copy(update={"suites": (suite,), "findings": ()})
    found = metrics(report.model_copy(update={"verdict": verdict}), {})
    assert found is not None
    return re.sub("<[^>]*>", " ", found)


def test_what_is_only_recorded_has_no_change_that_is_allowed_to_it() -> None:
    assert "allowed change" in told(make_diff("one"))
    recorded = told(make_diff("one", mode="record", kind=Kind.PASS))
    assert "allowed change" not in recorded
    assert "must catch" not in recorded


def test_means_are_written_as_in_the_terminal() -> None:
    assert re.search(r"1\.00\s+→\s+0\.50", told(make_diff("one", baseline=1.0, head=0.5)))


def test_what_warns_stands_before_what_passes() -> None:
    text = told(
        make_diff("passes", kind=Kind.PASS),
        make_diff("warns", kind=Kind.REGRESSED, mode="warn"),
    )
    assert text.index("warns") < text.index("passes")


def test_where_a_drop_is_concentrated_stands_with_its_metric() -> None:
    segment = make_segment(Term(tag="lang", value="de"), metric="one")
    text = told(make_diff("one"), make_diff("two"), segments=(segment,))
    assert text.count("lang=de") == 1
    assert text.index("one") < text.index("lang=de") < text.index("two")
