"""The steps of a trial: each under what began it, and none lost."""

from gate.model.span import Span
from gate.render.layout import unstyled
from gate.render.waterfall import waterfall


def step(name: str, parent: str | None = None, start_s: float = 0.0, duration_s: float = 1.0) -> Span:
    return Span(name=name, span_id=name, parent_id=parent, start_s=start_s, duration_s=duration_s)


def lines(*steps: Span) -> list[str]:
    return list(waterfall(steps, width=80, head=unstyled))


def test_no_steps_are_no_lines() -> None:
    assert lines() == []


def test_a_step_stands_under_what_began_it_at_its_place_in_time() -> None:
    told = lines(step("search", "trial", 0.5, 0.5), step("trial"), step("chat", "search", 0.75, 0.25))
    assert [line.split()[0] for line in told] == ["Steps", "trial", "search", "chat"]
    assert told[2].startswith("    search")
    assert [line.count("\u2588") for line in told] == [0, 20, 10, 5]
    assert all(len(line) <= 80 for line in told)


def test_steps_in_a_circle_or_without_their_parent_are_shown_once() -> None:
    told = lines(step("a", "b"), step("b", "a"), step("own", "own"), step("orphan", "gone"))
    assert sorted(line.split()[0] for line in told[1:]) == ["a", "b", "orphan", "own"]


def test_a_deep_chain_and_a_long_list_end() -> None:
    deep = [step(str(number), str(number - 1)) for number in range(3_000)]
    told = lines(*deep)
    assert told[-1].strip() == "2,940 more steps: see --json"
