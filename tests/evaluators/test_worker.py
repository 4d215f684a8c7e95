import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from gate.evaluators.worker import Worker
from gate.model.ports import ScoringError


def request(pattern: str, text: str) -> dict[str, Any]:
    return {"pattern": pattern, "flags": 0, "full": False, "text": text}


def test_many_requests_at_once_each_get_their_own_answer() -> None:
    async def run() -> list[Any]:
        worker = Worker("pattern", limit_s=30)
        try:
            return await asyncio.gather(*(worker.ask(request(r"\d+", f"a{n}b")) for n in range(200)))
        finally:
            await worker.aclose()

    assert asyncio.run(run()) == [str(n) for n in range(200)]


def test_a_child_that_was_killed_is_a_failure_and_another_takes_its_place() -> None:
    async def run() -> str:
        worker = Worker("pattern", limit_s=30)
        await worker.ask(request("a", "a"))
        assert worker._process is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        with pytest.raises(ScoringError, match="its process ended") as error:
            await worker.ask(request("a", "a"))
        assert error.value.kind == "worker"
        try:
            answer: str = await worker.ask(request("a", "a"))
            return answer
        finally:
            await worker.aclose()

    assert asyncio.run(run()) == "a"


def test_a_request_that_cannot_be_done_is_a_failure_with_its_reason() -> None:
    async def run() -> None:
        worker = Worker("pattern", limit_s=30)
        with pytest.raises(ScoringError, match="error: missing"):
            await worker.ask(request("(", "a"))
        await worker.aclose()

    asyncio.run(run())


def test_a_worker_may_be_closed_twice_and_before_it_was_used_and_be_used_again() -> None:
    worker = Worker("pattern", limit_s=30)

    async def run() -> str:
        await worker.aclose()
        answer: str = await worker.ask(request("a", "a"))
        await worker.aclose()
        await worker.aclose()
        return answer

    assert [asyncio.run(run()) for _ in range(2)] == ["a", "a"]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells when a process of others is gone")
@pytest.mark.parametrize("text", ["a", "a" * 50 + "!"], ids=["idle", "in the middle of a search"])
def test_a_child_does_not_outlive_a_parent_that_was_killed(text: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, text], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    pipe = os.pidfd_open(child)
    parent.kill()
    parent.communicate()
    try:
        assert _ends(pipe, within_s=30)
    finally:
        os.close(pipe)


def _ends(pidfd: int, *, within_s: float) -> bool:
    import select  # noqa: PLC0415 - only here

    return bool(select.select([pidfd], [], [], within_s)[0])


_PARENT = textwrap.dedent(
    """
    import asyncio, sys
    from gate.evaluators.worker import Worker

    async def main():
        worker = Worker("pattern", limit_s=0.5)
        request = {"pattern": "(a+)+$", "flags": 0, "full": False}
        await worker.ask({**request, "text": "a"})
        print(worker._process.pid, flush=True)
        worker.limit_s = 1000
        await worker.ask({**request, "text": sys.argv[1]})
        await asyncio.sleep(1000)

    asyncio.run(main())
    """
)
