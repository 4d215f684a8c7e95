"""2,000 cases at concurrency 100 against a provider that has every fault: nothing is lost, and nothing paid twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate.llm.door import AnthropicModel, deprecation
from gate.model.case import Case
from gate.model.ports import Setting, Target
from gate.model.reply import Usage
from gate.model.run import RunResult, Trial
from gate.render.summary import summarize
from gate.run.budget import tokens_of
from gate.run.pace import Paces
from gate.run.runner import run
from gate.run.tab import Metered
from gate.run.window import Limits
from gate.targets.http import HttpTarget
from gate.targets.http_options import HttpOptions
from gate.targets.prompt import PromptOptions, PromptTarget
from tests.builders import make_case
from tests.fakes.faulty import FaultyProvider, tokens
from tests.run.plans import make_plan

CONCURRENCY, TIMEOUT_S = 100, 120.0
SILENCE_S = 5.0  # after which a connection that says nothing is given up
LIMITS = Limits(concurrency=CONCURRENCY, max_wait_s=20.0, first_s=0.01, longest_s=0.1)

# what happens to a case → how many of them, and the kind of failure that it ends with (None: a score)
FATES: dict[str, tuple[int, str | None]] = {
    "fine": (1549, None),
    "drip": (60, None),
    "large": (2, None),
    "limited-fine": (40, None),
    "waiting-fine": (20, None),
    "overloaded-overloaded-fine": (20, None),
    "broken-fine": (60, None),
    "reset-fine": (60, None),
    "cut-fine": (60, None),
    "limited-cut-broken-fine": (20, None),
    "broken": (10, "server_error"),
    "cut": (10, "connection"),
    "absurd": (8, "wait_too_long"),
    "html": (30, "bad_reply"),
    "garbled": (30, "bad_reply"),
    "hang-fine": (10, None),
    "stall-fine": (10, None),
    "hang": (1, "timeout"),
}
# The plain service differs: its service is asked twice more at the most, and 10 MB are more than a reply may be.
PLAIN: dict[str, str | None] = {
    "large": "too_large",
    "broken": "http_status",
    "cut": "bad_reply",  # without a length, half an answer is the whole of something else, and may have been paid
    "cut-fine": "bad_reply",
    "limited-cut-broken-fine": "bad_reply",
}


def cases() -> list[Case]:
    """Every fate in turn, so that all kinds of fault meet; those that take long first, so that nobody waits for them."""
    ids = [f"{fate}-{number}" for fate, (count, _) in FATES.items() for number in range(count)]
    step = 761  # a prime that does not divide their number
    mixed = [ids[n * step % len(ids)] for n in range(len(ids))]
    mixed.sort(key=lambda case_id: fate(case_id) not in {"hang", "hang-fine", "stall-fine"})
    return [make_case(case_id, input=case_id) for case_id in mixed]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")


def result_of(root: Path, make: Callable[[Setting], Target]) -> RunResult:
    """What a run with that target comes to; its connections and those of the model are closed, as after any run."""
    paces = Paces()

    def pace(name: str) -> Any:
        return paces.of(name, limits=LIMITS)

    model = AnthropicModel(concurrency=CONCURRENCY, timeout_s=SILENCE_S, pace=pace)
    target = make(
        Setting(
            root=root,
            suite="suite",
            timeout_s=SILENCE_S,
            concurrency=CONCURRENCY,
            llm=lambda: Metered(model),
            load=lambda _: pytest.fail("no function is needed"),
            pace=pace,
        )
    )
    plan = make_plan(target, cases=cases(), concurrency=CONCURRENCY, timeout_s=TIMEOUT_S)

    async def walk() -> RunResult:
        try:
            return await run(plan)
        finally:
            await target.aclose()
            await model.aclose()

    return asyncio.run(walk())


def ending(trial: Trial) -> str | None:
    """The kind of failure of a trial; None for one with a reply and a score."""
    if trial.reply is not None:
        assert (len(trial.scores), trial.failures) == (1, ())
        return None
    ((failure,), scores) = trial.failures, trial.scores
    assert scores == ()
    return failure.kind


def fate(case_id: str) -> str:
    return case_id.rpartition("-")[0]


def check(result: RunResult, provider: FaultyProvider, expected: dict[str, str | None]) -> None:
    assert result.stopped is None, result.stopped
    assert [trial.case_id for trial in result.trials] == [case.id for case in cases()]
    endings = {trial.case_id: ending(trial) for trial in result.trials}
    assert endings == {case_id: expected[fate(case_id)] for case_id in endings}
    replied = {trial.case_id for trial in result.trials if trial.reply is not None}
    assert set(provider.answered.values()) == {1}  # no answer was paid twice
    assert replied == {case_id for case_id in provider.answered if endings[case_id] is None}
    wrong = {t.case_id for t in result.trials if t.reply and t.case_id not in t.reply.output}
    assert all(fate(case_id) == "large" for case_id in wrong)
    summary = summarize(result)
    assert summary.failed == len(result.trials) - len(replied)
    assert summary.failures == dict(sorted(Counter(e for e in endings.values() if e).items()))


def test_the_prompt_target_loses_nothing_and_pays_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prompt.txt").write_text("{{ input }}")
    deprecation("claude-haiku-5-5")  # as before any run: to import the SDK must take nobody's time
    with FaultyProvider() as provider:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", provider.url)
        options = PromptOptions(template="prompt.txt", model="claude-haiku-5-5")
        result = result_of(tmp_path, lambda setting: PromptTarget(options, setting))
    check(result, provider, {fate: kind for fate, (_, kind) in FATES.items()})
    replies = [trial.reply for trial in result.trials if trial.reply is not None]
    assert sum(tokens_of(reply) or 0 for reply in replies) == tokens(provider)
    lost = [expense for trial in result.trials for expense in trial.expenses]
    told = sum(tokens_of(expense) or 0 for expense in lost)
    assert provider.told <= told <= provider.told + provider.perhaps_told
    assert all(expense.cost_usd for expense in lost)


def test_the_http_target_loses_nothing_and_pays_nothing_twice(tmp_path: Path) -> None:
    with FaultyProvider() as provider:
        options = HttpOptions(
            url=f"{provider.url}/ask", request={"id": "{{ input }}"}, usage="/usage", retries=2
        )
        result = result_of(tmp_path, lambda setting: HttpTarget(options, setting))
    check(result, provider, {**{fate: kind for fate, (_, kind) in FATES.items()}, **PLAIN})
    usages = [trial.reply.usage or Usage() for trial in result.trials if trial.reply is not None]
    assert all(usage.input_tokens == 1000 for usage in usages)
