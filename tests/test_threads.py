"""Signals to end, and threads: whichever thread the kernel hands one to, the main thread hears of it at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from gate.host.process import Job, jobs, listened
from gate.threads import beside

ENDING = {signal.SIGINT, signal.SIGTERM}
ASLEEP = """
import asyncio, signal, threading, time
from gate.loop import event_loop

def taken_here():
    time.sleep(0.3)  # the loop waits by now
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

async def closing():
    pass

try:
    with event_loop(closing) as runner:
        threading.Thread(target=taken_here, daemon=True).start()
        runner.run(asyncio.sleep(3600))
except KeyboardInterrupt:
    print("heard")
"""


def blocked() -> set[int]:
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def test_a_thread_beside_the_main_one_takes_no_signal_to_end_and_the_main_one_still_does() -> None:
    found: list[set[int]] = []
    beside(lambda: found.append(blocked())).join()
    assert found[0] >= ENDING
    assert not blocked() & ENDING


def test_what_passes_lines_on_takes_no_signal_to_end_and_what_is_started_does(tmp_path: Path) -> None:
    found: list[set[int]] = []
    told: list[str] = []
    mask = "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    job = Job(command=[sys.executable, "-c", mask], folder=tmp_path, environment=dict(os.environ))

    def pass_on(line: str) -> None:
        told.append(line)
        found.append(blocked())

    with jobs(pass_on) as work:
        work.run(job)
    listened(job, heard=told.append, said=told.append)
    assert found[0] >= ENDING
    assert told == ["set()", "set()"]


def test_a_signal_that_another_thread_took_ends_a_loop_that_waits() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ASLEEP], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("heard\n", "", 0)
