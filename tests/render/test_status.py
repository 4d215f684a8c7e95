"""The status' line: the verdict's word first, both shas whole, never longer than GitHub takes."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.effect import STATUS_LIMIT
from gate.model.report import Report, Revision
from gate.render.status import line, status_line
from tests.render import reports
from tests.render.hostile import CORPUS

MAKERS: list[tuple[Callable[[], Report], str]] = [
    (reports.passed, "Pass: no regression found in 120 cases"),
    (reports.regressed, "Regressed: exact_match 0.91"),
    (reports.inconclusive, "Can't tell: "),
    (reports.not_comparable, "Not comparable: "),
    (reports.failed, "Error: "),
]


@pytest.mark.parametrize(("make", "first"), MAKERS)
def test_it_begins_with_the_word_and_ends_with_both_shas(make: Callable[[], Report], first: str) -> None:
    text = status_line(make())
    assert text.startswith(first)
    assert text.endswith(" · 1a2b3c4 against 9f8e7d6")
    assert len(text) <= STATUS_LIMIT


def test_what_does_not_block_says_so() -> None:
    report = reports.inconclusive()
    mild = report.model_copy(update={"verdict": report.verdict.model_copy(update={"exit_code": 0})})
    assert "(does not block)" in status_line(mild)


def test_without_a_sha_the_workspace_is_named() -> None:
    report = reports.passed().model_copy(update={"base": Revision(label="working tree")})
    assert status_line(report).endswith("against the workspace")


@given(text=st.text(max_size=400) | st.sampled_from(sorted(CORPUS.values(), key=len)[:-1]))
def test_foreign_text_is_cut_and_stays_one_line(text: str) -> None:
    shown = line(f"Error: {text}", tail=" · tail")
    assert len(shown) <= STATUS_LIMIT
    assert shown.startswith("Error:")
    assert shown.endswith(" · tail")
    assert not re.search(r"[\x00-\x1f\u202e\u200b]", shown)
