"""Trials come back as they were and in their order, wherever they lay meanwhile."""

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gate.model.files import dump_results
from gate.model.run import Trial
from gate.run.pool import pooled
from gate.run.spool import Spool
from tests.builders import make_reply, make_run, make_trial

ROOT = Path(__file__).parents[2]
TEXTS = ["", "plain", "\n\r\u2028", "\ud800", "🙂\0", "x" * 100_000]


def trials_of(count: int, *, draws: int = 2) -> list[Trial]:
    return [
        make_trial(
            f"case-{number:03}", index, reply=make_reply(TEXTS[number % len(TEXTS)], latency_s=number / 7)
        )
        for number in range(count)
        for index in range(draws)
    ]


def spooled(trials: Sequence[Trial], *, held: int) -> Sequence[Trial]:
    spool = Spool({f"case-{number:03}": number for number in range(1000)}, held=held)
    for trial in random.Random(1).sample(list(trials), len(trials)):
        spool.append(trial)
    assert len(spool) == len(trials)
    return spool.trials()


@given(count=st.integers(0, 20), held=st.integers(0, 50))
def test_all_come_back_in_the_order_of_the_cases_and_draws(count: int, held: int) -> None:
    trials = trials_of(count)
    found = spooled(trials, held=held)
    assert list(found) == trials
    assert found == tuple(trials)
    assert [found[place] for place in range(len(found))] == trials
    assert list(found[3:9]) == trials[3:9]


def test_what_is_small_is_an_ordinary_tuple_and_what_is_large_is_not_held() -> None:
    trials = trials_of(10)
    assert spooled(trials, held=20) == tuple(trials)
    large = spooled(trials, held=5)
    assert large[0] is not large[0] or large[1] is not large[1]
    assert large != trials[:-1]
    assert hash(large) == hash(tuple(trials))


def test_a_run_keeps_them_where_they_are_and_a_file_says_the_same() -> None:
    trials = [trial for trial in trials_of(12) if "\ud800" not in (trial.reply.output if trial.reply else "")]
    plain = make_run(trials)
    large = plain.model_copy(update={"trials": spooled(trials, held=2)})
    assert type(make_run(trials).trials) is tuple
    assert dump_results(large) == dump_results(plain)


def test_a_result_is_made_of_them_without_reading_them_in() -> None:
    found = spooled(trials_of(12), held=2)
    fields = {
        name: getattr(make_run(trials_of(12)), name)
        for name in ("suite", "cases", "draws", "metrics", "target")
    }
    assert type(make_run()).model_validate({**fields, "trials": found}).trials is found


def test_two_looks_are_pooled_wherever_they_lie() -> None:
    trials = trials_of(12, draws=3)
    first, second = ([t for t in trials if (t.index == 0) is one] for one in (True, False))
    runs = [make_run(part, draws=draws) for part, draws in ((first, 1), (second, 2))]
    assert list(pooled(*runs).trials) == trials
    assert pooled(*runs).draws == 3


_FULL = """
import resource, signal
from tests.run.test_spool import spooled, trials_of

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
assert list(spooled(trials_of(30), held=3)) == trials_of(30)
"""


def test_a_disk_that_is_full_loses_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
