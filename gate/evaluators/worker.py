"""Request → answer of a child process, under a time limit.

What may run for ever on a hostile text (a pattern that backtracks, a deep schema) runs here: Python cannot stop it
in its own process, and the event loop would stand still for as long as it takes.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from gate.model.ports import ScoringError
from gate.model.redaction import shortened

_CHILD = Path(__file__).with_name("child.py")
_START_S = 60.0  # for Python to start on a machine that is very busy


class Worker:
    """One child process, started on the first request, and again after one that had to be killed.

    `limit_s` bounds one request in seconds. Requests are answered one after the other.
    """

    def __init__(self, task: Literal["pattern", "schema"], *, limit_s: float) -> None:
        self.task = task
        self.limit_s = limit_s
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, request: Mapping[str, Any]) -> Any:
        """The answer to one request.

        Raises:
            ScoringError: `timeout` where it took too long, `worker` where the child died or could not do it.
        """
        line = json.dumps(request).encode("ascii") + b"\n"
        async with self._turn:
            try:
                answer = json.loads(await self._exchange(line))
            except BaseException:  # also a cancellation: the answer that is still to come belongs to nobody
                await self._end()
                raise
        if "error" in answer:
            raise ScoringError("worker", answer["error"])
        return answer["answer"]

    async def aclose(self) -> None:
        """End the child."""
        await self._end()
        self._turn = asyncio.Lock()

    async def _exchange(self, line: bytes) -> bytes:
        process = await self._started()
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101 - both are pipes
        try:
            async with asyncio.timeout(self.limit_s):
                process.stdin.write(line)
                await process.stdin.drain()
                answer = await process.stdout.readline()
        except TimeoutError:
            raise ScoringError("timeout", f"it was not done within {self.limit_s:g} s") from None
        except ConnectionError:
            answer = b""
        return answer or await self._death(process)

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        pipe = asyncio.subprocess.PIPE
        process = self._process = await asyncio.create_subprocess_exec(
            # Isolated: no module of the user's can take the place of one of Python's. In a session of its own: Ctrl-C
            # is for us, and the child ends when its input does.
            *(sys.executable, "-I", str(_CHILD), self.task, str(self.limit_s), *filter(None, sys.path)),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            async with asyncio.timeout(_START_S):
                ready = await process.stdout.readline()
        except TimeoutError:
            raise ScoringError("worker", f"its process did not start within {_START_S:g} s") from None
        if not ready:
            await self._death(process)
        return process

    async def _death(self, process: asyncio.subprocess.Process) -> bytes:
        _, errors = await process.communicate()
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        code = process.returncode
        raise ScoringError("worker", shortened(f"its process ended with code {code}: {last or 'no word'}"))

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.communicate()
