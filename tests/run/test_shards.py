"""Parts of a run: dealt without rest, merged without loss, and never with what does not belong to them."""

from collections.abc import Sequence
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.cli.run import ShardText
from gate.model.errors import UserError
from gate.model.files import dump_results
from gate.model.run import RunResult, Stopped
from gate.model.suite import Suite
from gate.run.shards import dealt, merged
from tests.builders import make_case, make_run, make_trial
from tests.run.plans import make_instruments, make_plan

TARGET = {"spec": "t1"}


def parts_of(suite: Suite, of: int, **fields: Any) -> list[Suite]:
    given_ = {"target": TARGET, "instruments": make_instruments(), **fields}
    parts = [dealt(suite, number, of, **given_) for number in range(1, of + 1)]
    return [part for part in parts if part is not None]


def result_of(suite: Suite, *, draws: int = 1, **fields: Any) -> RunResult:
    trials = [make_trial(case.id, index) for case in suite.cases for index in range(draws)]
    return make_run(trials, cases=suite.cases, draws=draws, shard=suite.shard, **fields)


def files(parts: Sequence[RunResult]) -> dict[str, RunResult]:
    return {f"{number}.json": part for number, part in enumerate(parts)}


def refused(*parts: RunResult) -> str:
    with pytest.raises(UserError) as error:
        merged(files(parts))
    return str(error.value)


@settings(deadline=None, max_examples=60)
@given(count=st.integers(1, 40), of=st.integers(1, 50), draws=st.integers(1, 3), data=st.data())
def test_whatever_the_split_the_merged_parts_are_the_whole(
    count: int, of: int, draws: int, data: st.DataObject
) -> None:
    whole = make_plan(cases=count).suite
    parts = [result_of(part, draws=draws, duration_s=of) for part in parts_of(whole, of)]
    shuffled = data.draw(st.permutations(parts))
    assert dump_results(merged(files(shuffled))) == dump_results(result_of(whole, draws=draws))


@given(count=st.integers(1, 40), of=st.integers(1, 50))
def test_every_case_is_in_one_part_and_the_parts_are_as_even_as_can_be(count: int, of: int) -> None:
    whole = make_plan(cases=count).suite
    parts = parts_of(whole, of)
    assert sorted(case.id for part in parts for case in part.cases) == sorted(case.id for case in whole.cases)
    sizes = {len(part.cases) for part in parts}
    assert max(sizes) - min(sizes) <= 1


def test_a_missing_part_and_one_that_is_there_twice_are_refused_by_name() -> None:
    parts = [result_of(part) for part in parts_of(make_plan(cases=9).suite, 4)]
    assert "shard 2/4, 4/4 of suite is not among the files" in refused(parts[0], parts[2])
    twice = refused(*parts, parts[1])
    assert "shard 2/4" in twice
    assert "also in 1.json" in twice


def test_a_whole_run_is_no_part() -> None:
    assert "holds a whole run" in refused(make_run())


def test_parts_of_different_runs_are_refused_with_what_differs() -> None:
    suite = make_plan(cases=4).suite
    one, two = parts_of(suite, 2)
    first = result_of(one)
    assert "the number of draws (2)" in refused(first, result_of(two, draws=2))
    assert "the application (spec)" in refused(first, result_of(two, target={"spec": "t2"}))
    other = parts_of(suite, 2, target={"spec": "t1", "prompt.txt": "a"})[1]
    assert "the application (prompt.txt)" in refused(
        first, result_of(other, target={"spec": "t1", "prompt.txt": "a"})
    )
    assert "the number of shards (3)" in refused(first, result_of(parts_of(suite, 3)[1]))
    changed = make_plan(cases=[*suite.cases[:3], make_case("case-3", expected="x")]).suite
    assert "its cases or evaluators" in refused(first, result_of(parts_of(changed, 2)[1]))


def test_what_stopped_a_part_stopped_the_whole() -> None:
    one, two = (result_of(part) for part in parts_of(make_plan(cases=4).suite, 2))
    halt = Stopped(reason="budget", message="the cap is reached", left=3)
    whole = merged(files([one, two.model_copy(update={"stopped": halt})]))
    assert whole.stopped is not None
    assert (whole.stopped.reason, whole.stopped.left) == ("budget", 3)
    assert whole.stopped.message == "shard 2/2: the cap is reached"


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/9999", "/", "²/³"])
def test_a_shard_is_a_part_of_a_whole(text: str) -> None:
    with pytest.raises(click.BadParameter, match="such as 2/3"):
        ShardText().convert(text, None, None)
    assert ShardText().convert("2/3", None, None) == (2, 3)
