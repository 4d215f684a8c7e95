"""Which files of a change do it: one, two together, or a group that cannot be told apart, in as many steps as were told."""

from collections.abc import Callable, Collection, Sequence
from random import Random
from typing import Any

import pytest

from benchmarks.bisection import METRIC, YARDSTICK, Dice
from gate.compare.bisection import Ends
from gate.flows.why.drawn import CannotRunError
from gate.flows.why.narrowing import Walk, described, file_steps
from gate.flows.why.road import Stop, Version
from gate.model.bisection import Culprit
from gate.model.past import GitCommit
from gate.model.scorecard import Scorecard

GOOD, BAD = (0.97,) * 8, (0.05,) * 8
COMMIT = GitCommit(sha="c" * 40, parents=("b" * 40,))


class Bench:
    """Versions that are bad where their files say so; `broken` ones cannot be run."""

    def __init__(
        self, is_bad: Callable[[Collection[str]], bool], *, broken: Callable[[Collection[str]], bool]
    ) -> None:
        self.is_bad, self.broken = is_bad, broken
        self.dice = Dice({}, Random(1))
        self.asked: list[tuple[str, ...]] = []
        self.furthest = 0

    def draw(self, version: Version, count: int, *, first: int = 0) -> Scorecard:
        files = tuple(path for overlay in version.overlays for path in overlay.paths)
        if files not in self.asked:
            self.asked.append(files)
        if self.broken(files):
            raise CannotRunError("it does not run")
        self.dice.chances = {version.label: BAD if self.is_bad(files) else GOOD}
        return self.dice.draw(version, count, first=first)


def never(_files: Collection[str]) -> bool:
    return False


def culprit_among(
    paths: Sequence[str],
    is_bad: Callable[[Collection[str]], bool],
    *,
    broken: Callable[[Collection[str]], bool] = never,
) -> tuple[Culprit, Bench]:
    bench = Bench(is_bad, broken=broken)
    dice = Dice({"good": GOOD, "bad": BAD}, Random(2))
    good, bad = (dice.draw(Version(sha=name, label=name), 3) for name in ("good", "bad"))
    ends = Ends(good=good, bad=bad, metric=METRIC.name, by=YARDSTICK, level=0.008)
    walk = Walk(bench, ends, 12, lambda _text: None)
    stop = Stop(commit=COMMIT, paths=tuple(paths), version=Version(sha="c", label="c"), source="c" * 40)
    return walk.files(stop, Culprit(commits=(COMMIT,), paths=tuple(paths))), bench


@pytest.mark.parametrize("at", [0, 0.5, 1])
@pytest.mark.parametrize("count", [2, 3, 7, 20])
def test_one_file_of_many_is_found_in_as_many_steps_as_were_told(count: int, at: float) -> None:
    paths = [f"f{number:02}" for number in range(count)]
    guilty = paths[int(at * (count - 1))]
    found, bench = culprit_among(paths, lambda files: guilty in files)
    assert found.files == (guilty,)
    assert not found.together
    assert found.narrowed
    assert len(bench.asked) <= file_steps(count)


def test_two_that_only_do_it_together_are_both_found() -> None:
    found, bench = culprit_among("abcdefg", lambda files: {"b", "f"} <= set(files))
    assert found.files == ("b", "f")
    assert found.together
    assert found.narrowed
    assert len(bench.asked) <= file_steps(7)


def test_two_that_each_do_it_alone_give_one_that_does() -> None:
    found, _ = culprit_among("abcd", lambda files: bool({"b", "d"} & set(files)))
    assert found.files == ("b",)
    assert not found.together


def test_three_that_need_each_other_are_told_as_a_group() -> None:
    found, _ = culprit_among("abcd", lambda files: {"a", "b", "c"} <= set(files))
    assert set(found.files) >= {"a", "b", "c"}
    assert not found.narrowed


def test_files_that_cannot_be_run_without_each_other_stay_a_group() -> None:
    found, _ = culprit_among(
        "abc", lambda files: "b" in files, broken=lambda files: ("a" in files) != ("b" in files)
    )
    assert set(found.files) == {"a", "b"}
    assert not found.narrowed


def test_a_culprit_says_how_much_of_the_drop_it_is() -> None:
    dice = Dice({"good": GOOD, "half": (0.5,) * 8, "bad": BAD}, Random(3))
    cards: dict[str, Any] = {
        name: dice.draw(Version(sha=name, label=name), 12) for name in ("good", "half", "bad")
    }
    common: dict[str, Any] = {"metric": METRIC.name, "by": YARDSTICK, "level": 0.01}
    whole = Ends(good=cards["good"], bad=cards["bad"], **common)
    part = Ends(good=cards["good"], bad=cards["half"], **common)
    told = described(Culprit(commits=(COMMIT,)), part, whole=whole, confirmed=True)
    assert told.share == pytest.approx(0.5, abs=0.2)
    assert told.move is not None
    assert told.move.worse
    assert told.confirmed
