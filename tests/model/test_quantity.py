"""A number and its noun agree, in every message."""

import re
from pathlib import Path

import pytest

from gate.model.quantity import counted

GATE = Path(__file__).parents[2] / "gate"
NOUNS = "trials|cases|draws|times|labels|calls|questions|problems|steps|rows|suites|metrics|spans|tags|attempts|parts"
HARD_CODED = re.compile(rf"\{{([^{{}}]*)\}} (?:more )?(?:{NOUNS})\b")
NEVER_ONE = re.compile(
    r"[A-Z_]+(:,)?"  # a constant
    r"|count\(suites\)|count\(trials\)|counts\[suite\]|number|total"  # more than one, as the code before it sees to
    r"|self\._count|tries\.number|part"  # the same; a part of the words
)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (1234, "1,234 cases")]
)
def test_only_of_one_there_is_one(number: int, text: str) -> None:
    assert counted(number, "case") == text


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert counted(1, "trial is", "trials are") == "1 trial is"
    assert counted(2, "trial is", "trials are") == "2 trials are"


def test_no_message_has_its_plural_written_out_behind_a_number() -> None:
    found = [
        f"{path.relative_to(GATE)}: {match[0]}"
        for path in sorted(GATE.rglob("*.py"))
        for match in HARD_CODED.finditer(path.read_text(encoding="utf-8"))
        if not NEVER_ONE.fullmatch(match[1])
    ]
    assert not found
