"""The guide on traces cannot drift: its names are the pinned ones, and its bounds those of the code."""

import re
from pathlib import Path

import pytest

from gate.telemetry import artifact, content, export, names, settings
from gate.telemetry.folder import USUAL

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "traces.md").read_text()
PINNED = {value for name, value in vars(names).items() if isinstance(value, str) and name.isupper()}


def test_every_name_in_the_tables_is_pinned() -> None:
    section = GUIDE.partition("## Names")[2].partition("## Privacy")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    told = [name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)]
    assert len(told) > 20
    assert set(told) <= PINNED


def test_our_own_names_that_a_reader_meets_are_told() -> None:
    own = {name for name in PINNED if name.startswith("gate.")}
    quiet = {names.TARGET, names.EVALUATOR, names.SPANS_LEFT_OUT, names.JUDGE_MODEL, names.FAILURE_KIND}
    assert {name for name in own - quiet if f"`{name}`" not in GUIDE} == set()


@pytest.mark.parametrize(
    "bound",
    [
        f"newest {USUAL.runs} runs",
        f"at most {USUAL.all_bytes // 10**6} MB of them together",
        f"at most {USUAL.file_bytes // 10**6} MB of one file",
        f"up to {artifact.MOST_BYTES // 10**6} MB of each file",
        f"cut at {content.LONGEST:,} characters",
        f"costs {export.END_S:g} seconds",
        f"one that is slow {export.LONGEST_END_S:g}",
        f"a request takes {settings.LONGEST_S:g} seconds",
        f"may wait ({settings.settings({}).queue:,}), and of one request ({settings.settings({}).batch})",
        f"v{names.GENAI_VERSION}, all others v{names.SEMCONV_VERSION}",
        content.VARIABLE,
    ],
)
def test_every_bound_is_that_of_the_code(bound: str) -> None:
    assert bound in GUIDE.replace("\n", " ")
