import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gate.model.batch import Batch, BatchError, Batching
from gate.model.budget import Budget
from gate.model.case import Case, Message
from gate.model.errors import EvaluationError
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply, Usage
from gate.model.run import RunResult
from gate.run.journal import Journal, open_journal
from gate.run.runner import run
from tests.builders import make_reply
from tests.doubles import FakeEvaluator, FakeTarget
from tests.run.plans import make_plan


class Question(FakeTarget):
    """A target that is one question to a model, and must never be asked it alone."""

    def request(self, case: Case) -> ModelRequest:
        return ModelRequest(
            model="m", messages=(Message(role="user", content=f"about {case.id}"),), max_tokens=100
        )


def trouble(
    kind: str = "overloaded",
    *,
    retryable: bool = True,
    gone: bool = False,
    doubtful: bool = False,
    asked_s: float | None = None,
) -> BatchError:
    failure = Failure(stage="target", kind=kind, message="the reason", retryable=retryable)
    return BatchError(failure, gone=gone, doubtful=doubtful, asked_s=asked_s)


@dataclass
class Provider:
    """Batches in memory, which outlive a run. `faults` come first, by the name of the method.

    A batch has ended after `looks` looks at it. `carried_out`: a creation that fails in doubt has worked all the same.
    """

    outcome: Callable[[str], Reply | Failure] = field(default=lambda text: paid(f"re {text}"))
    looks: int = 0
    clock: Callable[[], float] = field(default=time.time)
    price: float | None = 0.001
    carried_out: bool = True
    made: dict[str, dict[str, ModelRequest]] = field(default_factory=dict)
    moments: dict[str, float] = field(default_factory=dict)
    faults: dict[str, list[BatchError]] = field(default_factory=dict)
    cut_after: int | None = None
    gone: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def handed_in(self) -> list[int]:
        return [len(questions) for questions in self.made.values()]

    def batching(self, **limits: int) -> Batching:
        async def pause(seconds: float) -> None:
            self.waits.append(seconds)

        return Batching(door=lambda: self, notice=self.notices.append, pause=pause, **limits)

    def fail(self, step: str) -> BatchError | None:
        return self.faults[step].pop(0) if self.faults.get(step) else None

    async def create(self, questions: Mapping[str, ModelRequest]) -> Batch:
        error = self.fail("create")
        if error is not None and not (error.doubtful and self.carried_out):
            raise error
        name = f"batch_{len(self.made)}"
        self.made[name], self.moments[name] = dict(questions), self.clock()
        if error is not None:
            raise error
        return self.told(name, ended=False)

    def told(self, name: str, *, ended: bool) -> Batch:
        total = len(self.made[name])
        done = total if ended else 0
        return Batch(id=name, ended=ended, total=total, done=done, made=self.moments[name])

    async def look(self, batch_id: str) -> Batch:
        if error := self.fail("look"):
            raise error
        if batch_id in self.gone:
            raise trouble("not_found", retryable=False, gone=True)
        self.looks -= 1
        return self.told(batch_id, ended=self.looks < 0)

    async def since(self, moment: float) -> Sequence[Batch]:
        if error := self.fail("since"):
            raise error
        return [self.told(name, ended=False) for name in reversed(self.made) if self.moments[name] >= moment]

    async def results(self, batch_id: str) -> AsyncIterator[tuple[str, Reply | Failure]]:
        if error := self.fail("results"):
            raise error
        for number, (name, request) in enumerate(reversed(self.made[batch_id].items())):
            if self.cut_after == number:
                self.cut_after = None
                return
            yield name, self.outcome(request.messages[0].content)

    def cost_usd(self, model: str, usage: Usage) -> float | None:
        assert (model, usage.output_tokens) == ("m", 100)
        return None if self.price is None else self.price


def paid(text: str, *, cost_usd: float = 0.0001) -> Reply:
    usage = Usage(input_tokens=10, output_tokens=5)
    return make_reply(text, latency_s=0, usage=usage, cost_usd=cost_usd)


def lost(kind: str = "expired") -> Failure:
    return Failure(stage="target", kind=kind, message="it had no answer", retryable=True)


def done(
    root: Path,
    provider: Provider,
    *,
    well: bool = True,
    limits: Mapping[str, int] | None = None,
    **fields: Any,
) -> RunResult:
    """One run of a walk; not `well`: the walk does not end in order, and the next one goes on with it."""

    target = Question()
    plan = make_plan(
        target, **{"cases": 6, "shelf": "shelf", "batching": provider.batching(**(limits or {})), **fields}
    )
    journal = Journal(root, warn=provider.notices.append)
    result = asyncio.run(run(plan, journal=journal))
    journal.close(well=well)
    assert target.asked == [], "nothing is asked alone"
    return result


def outputs(result: RunResult) -> list[str]:
    return [trial.reply.output for trial in result.trials if trial.reply is not None]


def kinds(result: RunResult) -> list[str]:
    return [failure.kind for trial in result.trials for failure in trial.failures]


def test_every_draw_of_every_case_is_one_question_and_repeats_are_apart(tmp_path: Path) -> None:
    provider = Provider()
    result = done(tmp_path, provider, draws=3)
    assert provider.handed_in == [18]
    assert outputs(result) == [f"re about case-{number}" for number in range(6) for _ in range(3)]
    assert all(trial.scores for trial in result.trials)


def test_more_than_a_batch_holds_is_several_batches(tmp_path: Path) -> None:
    by_count, by_size = Provider(), Provider()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    done(tmp_path / "a", by_count, limits={"most": 4})
    result = done(tmp_path / "b", by_size, limits={"most_bytes": 1})
    assert by_count.handed_in == [4, 2]
    assert by_size.handed_in == [1] * 6
    assert len(outputs(result)) == 6


def test_it_looks_again_with_patience_and_says_how_it_goes(tmp_path: Path) -> None:
    provider = Provider(looks=40)
    assert len(outputs(done(tmp_path, provider))) == 6
    assert provider.waits[0] == 5
    assert max(provider.waits) <= 60
    assert provider.waits == sorted(provider.waits)
    said = " ".join(provider.notices)
    assert "batch_0 with 6 questions is handed in" in said
    assert "0 of 6 done" in said
    assert "has ended: 6 answered, 0 not" in said


@pytest.mark.parametrize("step", ["create", "look", "results"])
def test_what_may_pass_is_tried_again_as_long_as_is_asked_for_within_bounds(
    tmp_path: Path, step: str
) -> None:
    provider = Provider(faults={step: [trouble(), trouble(asked_s=7), trouble(asked_s=10_000)]})
    assert len(outputs(done(tmp_path, provider))) == 6
    assert provider.handed_in == [6]
    assert provider.waits[:3] == [1, 7, 60]


@pytest.mark.parametrize("step", ["create", "look", "results"])
def test_what_does_not_pass_ends_the_run_and_the_next_one_goes_on(tmp_path: Path, step: str) -> None:
    provider = Provider(faults={step: [trouble() for _ in range(10)]})
    result = done(tmp_path, provider)
    assert result.stopped is not None
    assert (result.stopped.reason, result.stopped.left) == ("target", 6)
    assert len(outputs(done(tmp_path, provider))) == 6
    assert provider.handed_in == [6]


def test_results_that_break_off_are_read_again_and_no_score_is_lost(tmp_path: Path) -> None:
    provider = Provider(cut_after=4)
    result = done(tmp_path, provider)
    assert len(outputs(result)) == 6
    assert provider.handed_in == [6]


def test_what_was_scored_stays_scored_when_a_batch_is_read_once_more(tmp_path: Path) -> None:
    provider, scored = Provider(), FakeEvaluator()
    first = done(tmp_path, provider, well=False, evaluators=[scored])
    again = done(tmp_path, provider, well=False, evaluators=[scored])
    assert again.trials == first.trials
    assert provider.handed_in == [6]


def test_what_had_no_answer_is_counted_and_asked_again_by_the_next_run_alone(tmp_path: Path) -> None:
    provider = Provider(outcome=lambda text: lost() if text.endswith(("2", "3")) else paid(text))
    result = done(tmp_path, provider)
    assert kinds(result) == ["expired", "expired"]
    provider.outcome = paid
    assert kinds(done(tmp_path, provider)) == []
    assert provider.handed_in == [6, 2]


def test_a_creation_in_doubt_is_looked_for_before_it_is_repeated(tmp_path: Path) -> None:
    worked = Provider(faults={"create": [trouble("timeout", doubtful=True)]})
    (tmp_path / "a").mkdir()
    assert len(outputs(done(tmp_path / "a", worked))) == 6
    failed = Provider(faults={"create": [trouble("timeout", doubtful=True)]}, carried_out=False)
    (tmp_path / "b").mkdir()
    assert len(outputs(done(tmp_path / "b", failed))) == 6
    assert (worked.handed_in, failed.handed_in) == ([6], [6])


def test_a_batch_whose_name_was_never_heard_is_found_by_the_next_run_among_others_of_its_size(
    tmp_path: Path,
) -> None:
    provider = Provider(faults={"create": [trouble("bad_reply", retryable=False, doubtful=True)]})
    assert done(tmp_path, provider).stopped is not None
    foreign = {f"other-{number}": Question().request(make_plan().suite.cases[0]) for number in range(6)}
    asyncio.run(provider.create(foreign))
    assert outputs(done(tmp_path, provider)) == [f"re about case-{number}" for number in range(6)]
    assert provider.handed_in == [6, 6], "one of ours, one of somebody else's"


def test_a_batch_that_is_gone_is_asked_again_if_an_earlier_run_handed_it_in(tmp_path: Path) -> None:
    provider = Provider(faults={"look": [trouble() for _ in range(10)]})
    assert done(tmp_path, provider).stopped is not None
    provider.gone = {"batch_0"}
    assert len(outputs(done(tmp_path, provider))) == 6
    assert provider.handed_in == [6, 6]
    assert any("is gone at the provider" in text for text in provider.notices)


def test_a_batch_that_is_gone_as_soon_as_it_was_made_is_not_paid_again_and_again(tmp_path: Path) -> None:
    provider = Provider(gone={"batch_0"})
    assert done(tmp_path, provider).stopped is not None
    assert provider.handed_in == [6]


def test_a_changed_case_is_asked_beside_a_batch_that_is_under_way(tmp_path: Path) -> None:
    provider = Provider(faults={"look": [trouble() for _ in range(10)]})
    done(tmp_path, provider, cases=6)
    assert len(outputs(done(tmp_path, provider, cases=8))) == 8
    assert provider.handed_in == [6, 2]


# --- money ---------------------------------------------------------------------------------------------------------------


def test_a_cap_on_money_is_held_by_the_longest_answers_and_used_up_by_what_they_really_cost(
    tmp_path: Path,
) -> None:
    """Each is taken for 0.001 and costs 0.0001: with a cap of 0.0032 three fit at first, then two, and so on."""
    provider = Provider()
    result = done(tmp_path, provider, cases=30, budget=Budget(cost_usd=0.0032))
    assert provider.handed_in[0] == 3
    assert sum(provider.handed_in) == len(outputs(result)) == 23
    assert result.stopped is not None
    assert (result.stopped.reason, result.stopped.left) == ("budget", 7)
    assert "budget.cost_usd" in result.stopped.message


def test_a_cap_on_tokens_counts_the_longest_answer(tmp_path: Path) -> None:
    provider = Provider()
    result = done(tmp_path, provider, budget=Budget(tokens=150))
    assert provider.handed_in == []
    assert result.stopped is not None
    assert result.stopped.reason == "budget"


def test_without_a_known_price_nothing_is_handed_in_under_a_cap_on_money(tmp_path: Path) -> None:
    provider = Provider(price=None)
    capped = done(tmp_path, provider, budget=Budget(cost_usd=100))
    assert provider.handed_in == []
    assert capped.stopped is not None
    assert "what m costs in a batch is not known" in capped.stopped.message
    assert len(outputs(done(tmp_path, provider))) == 6


def test_a_resumed_run_counts_what_it_paid_before(tmp_path: Path) -> None:
    provider = Provider()
    budget = Budget(calls=4)
    first = done(tmp_path, provider, budget=budget)
    again = done(tmp_path, provider, budget=budget)
    assert provider.handed_in == [4]
    assert [each.stopped.left for each in (first, again) if each.stopped] == [2, 2]


def test_what_is_kept_needs_no_door(tmp_path: Path) -> None:
    provider = Provider()
    first = done(tmp_path, provider)

    def locked() -> Provider:
        raise AssertionError("there is no key")

    batching = Batching(door=locked, notice=provider.notices.append, pause=asyncio.sleep)
    with open_journal(tmp_path, warn=provider.notices.append) as journal:
        plan = make_plan(Question(), cases=6, shelf="shelf", batching=batching)
        assert asyncio.run(run(plan, journal=journal)).trials == first.trials


# --- the store -----------------------------------------------------------------------------------------------------------


def test_without_a_store_nothing_is_handed_in(tmp_path: Path) -> None:
    (tmp_path / ".gate").write_text("in the way")
    provider = Provider()
    with pytest.raises(EvaluationError, match="mend the store"):
        done(tmp_path, provider)
    assert provider.handed_in == []


def test_what_was_asked_in_a_batch_and_what_was_asked_alone_are_no_draws_of_each_other(
    tmp_path: Path,
) -> None:
    provider = Provider(faults={"look": [trouble() for _ in range(10)]})
    done(tmp_path, provider)
    batched = make_plan(Question(), batching=provider.batching())
    assert batched.key != make_plan(Question()).key


def test_stopped_while_it_waits_it_says_what_goes_on(tmp_path: Path) -> None:
    provider = Provider(looks=100)

    async def walk(journal: Journal) -> str:
        waiting = asyncio.Event()

        async def pause(_: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        batching = Batching(door=lambda: provider, notice=provider.notices.append, pause=pause)
        task = asyncio.create_task(run(make_plan(Question(), batching=batching), journal=journal))
        await waiting.wait()
        task.cancel()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        return str(error)

    with open_journal(tmp_path, warn=provider.notices.append) as journal:
        said = asyncio.run(walk(journal))
    assert "batch_0 goes on at the provider, paid; the same command goes on from there." in said
