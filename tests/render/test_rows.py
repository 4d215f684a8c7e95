from gate.model.verdict import Finding, Kind, MetricDiff
from gate.render.rows import Row, against, every, notes, untold
from tests.render import reports


def names(rows: list[Row]) -> list[tuple[str, str | None]]:
    return [(row.diff.metric, row.diff.slice) for row in rows]


def test_blocking_rows_come_first_the_worst_before_the_rest_and_slices_behind_their_metric() -> None:
    assert names(against(reports.regressed().verdict)) == [
        ("exact_match", None),
        ("exact_match", "category=refund"),
        ("helpful", None),
        ("latency_s", None),
    ]


def test_a_row_that_only_warns_says_so() -> None:
    labels = [row.label for row in against(reports.regressed().verdict)]
    assert labels == ["regressed", "regressed", "can't tell", "regressed (warns)"]


def test_every_metric_has_its_row_and_slices_stand_behind_all_metrics() -> None:
    rows = every(reports.regressed().verdict)
    assert names(rows) == [
        ("exact_match", None),
        ("helpful", None),
        ("grounded", None),
        ("latency_s", None),
        ("exact_match", "category=refund"),
        ("exact_match", "category=shipping"),
    ]


def test_a_recorded_metric_is_called_so() -> None:
    assert [row.label for row in every(reports.passed().verdict)] == ["pass", "pass", "pass", "recorded"]


def test_a_slice_that_no_finding_names_is_no_news() -> None:
    verdict = reports.regressed().verdict
    doubtful = reports.slice_diff(slice="category=tea", kind=Kind.INCONCLUSIVE)
    suite = verdict.suites[0].model_copy(update={"slices": (*verdict.suites[0].slices, doubtful)})
    changed = verdict.model_copy(update={"suites": (suite,)})
    assert names(against(changed)) == names(against(verdict))
    assert ("exact_match", "category=tea") in names(every(changed))


def test_of_two_findings_on_one_row_the_first_decides_what_the_row_says() -> None:
    diff: MetricDiff = reports.regressed_diff()
    first = reports.finding_of(diff, "regressed")
    second = reports.finding_of(diff, "more", kind=Kind.INCONCLUSIVE, blocking=False)
    suite = reports.regressed().verdict.suites[0].model_copy(update={"diffs": (diff,), "slices": ()})
    rows = against(reports.make_verdict((suite,), (first, second)))
    assert [(row.kind, row.blocking) for row in rows] == [(Kind.REGRESSED, True)]


def test_what_neither_a_row_nor_the_headline_tells_is_untold() -> None:
    assert [finding.code for finding in untold(reports.regressed())] == []
    assert [finding.code for finding in untold(reports.not_comparable())] == ["changed_metric"]
    assert [finding.code for finding in untold(reports.failed())] == ["all_failed"]


def test_a_note_speaks_against_nothing() -> None:
    found: list[Finding] = notes(reports.regressed().verdict)
    assert [finding.code for finding in found] == ["added_cases"]


def test_the_only_warning_of_a_pass_is_told() -> None:
    passed = reports.passed()
    warning = Finding(code="removed_suite", kind=Kind.NOT_COMPARABLE, message="it is gone", blocking=False)
    verdict = passed.verdict.model_copy(update={"findings": (warning,)})
    assert untold(passed.model_copy(update={"verdict": verdict})) == [warning]
