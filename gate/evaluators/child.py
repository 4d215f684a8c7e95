"""Requests on standard input → answers on standard output, one JSON value a line: the other end of `worker.py`.

Runs as a script, isolated from the environment. Never outlives its parent: it ends with its input, and a request that
takes too long ends it.
"""

import json
import re
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

_LONGEST = 200  # characters of what was found that anybody asks for


def search(request: Mapping[str, Any]) -> str | None:
    """`pattern`, `flags`, `full`, `text` → what was found (its first group where it has one), or None."""
    pattern = re.compile(request["pattern"], request["flags"])
    text = request["text"]
    found = pattern.fullmatch(text) if request["full"] else pattern.search(text)
    if found is None:
        return None
    part: str | None = found[1] if pattern.groups else found[0]
    return (part or "")[:_LONGEST]


def _task(name: str) -> Callable[[Mapping[str, Any]], Any]:
    if name == "pattern":
        return search
    from gate.evaluators.schema import fault  # noqa: PLC0415 - a pattern needs nothing but Python itself

    return fault


def _answer(task: Callable[[Mapping[str, Any]], Any], line: bytes) -> dict[str, Any]:
    try:
        return {"answer": task(json.loads(line))}
    except Exception as error:  # noqa: BLE001 - the parent makes a failure of it, whatever it is
        return {"error": f"{type(error).__name__}: {error}"[:1000]}


def main(name: str, limit_s: float, paths: list[str]) -> None:
    """Answer until the input ends."""
    sys.path.extend(path for path in paths if path not in sys.path)
    task = _task(name)
    out = sys.stdout.buffer
    out.write(b"ready\n")
    out.flush()
    for line in sys.stdin.buffer:
        if hasattr(signal, "setitimer"):  # not on Windows
            # The parent kills us when the limit is over. Where the parent itself was killed, this does.
            signal.setitimer(signal.ITIMER_REAL, limit_s + 1)
        answer = _answer(task, line)
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        out.write(json.dumps(answer).encode("ascii") + b"\n")
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
