"""A drop in the whole, and what the same questions on recorded passages say of it."""

import pytest

from gate.compare.decide import decide
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Policy, SuitePolicy
from gate.model.verdict import Finding, Kind
from tests.builders import make_metric, make_scorecard


def card_of(suite: str, passing: int, *, cases: int = 100, metric: str = "accuracy") -> Scorecard:
    values = {f"c{i:03}": (1.0 if i < passing else 0.0,) for i in range(cases)}
    return make_scorecard(values, metric=make_metric(metric), suite=suite)


def comparison(suite: str, head: int, *, generation_of: str | None = None, **card: int | str) -> Comparison:
    return Comparison(
        suite=suite,
        baseline=card_of(suite, 90, **card),  # type: ignore[arg-type]
        head=card_of(suite, head, **card),  # type: ignore[arg-type]
        policy=SuitePolicy(generation_of=generation_of),
    )


def notes(*comparisons: Comparison) -> list[Finding]:
    return [finding for finding in decide(comparisons, Policy()).findings if finding.code == "laid_to"]


@pytest.mark.parametrize(
    ("part", "word"),
    [(90, "attributed to retrieval"), (60, "attributed to generation")],
)
def test_what_falls_on_the_same_passages_is_laid_to_generation_and_else_to_retrieval(
    part: int, word: str
) -> None:
    (note,) = notes(comparison("bot", 60), comparison("bot-answers", part, generation_of="bot"))
    assert note.message.endswith(word)
    assert (note.suite, note.metric, note.blocking, note.kind) == ("bot", "accuracy", False, Kind.PASS)


def test_where_the_part_cannot_tell_the_drop_is_laid_to_neither() -> None:
    few = comparison("bot-answers", 4, generation_of="bot", cases=4)
    (note,) = notes(comparison("bot", 60), few)
    assert note.message.endswith("attributed to neither part")


def test_where_the_part_does_not_measure_it_the_drop_is_laid_to_neither() -> None:
    other = comparison("bot-answers", 90, generation_of="bot", metric="tone")
    (note,) = notes(comparison("bot", 60), other)
    assert "accuracy is not measured in bot-answers" in note.message


def test_without_a_drop_in_the_whole_nothing_is_laid_to_anything() -> None:
    assert not notes(comparison("bot", 90), comparison("bot-answers", 60, generation_of="bot"))
    assert not notes(comparison("bot", 60), comparison("other", 90))


def test_the_note_changes_no_verdict() -> None:
    suites = [comparison("bot", 60), comparison("bot-answers", 90, generation_of="bot")]
    plain = [each.model_copy(update={"policy": SuitePolicy()}) for each in suites]
    with_note, without = decide(suites, Policy()), decide(plain, Policy())
    assert (with_note.kind, with_note.exit_code) == (without.kind, without.exit_code)
    assert len(with_note.findings) == len(without.findings) + 1
