"""What the gate adds to the calls themselves: 1,000 cases, one assertion, concurrency 50, answers after 50 ms.

    python -m benchmarks.throughput

A server on loopback, in a process of its own, answers as a plain JSON service and as the Messages API. In turn, in every
round: a plain aiohttp loop and the `http` target, the official SDK's plain loop and the `prompt` target (which streams).
The targets go through the whole run: fresh journal on disk, one evaluator, everything operational recorded. Wall time
without imports; medians. 1.0 s is the least that is possible. Ends with 1 if a bound is missed.
"""

import argparse
import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import anthropic
from aiohttp import web

from gate.cli import RARELY
from gate.host.local import WorkingTree
from gate.model.run import Trial
from gate.place import Place
from gate.ready import prepare
from gate.running import Draws, bench

CASES, CONCURRENCY, DELAY_S, ROUNDS = 1000, 50, 0.05, 7
MODEL = "claude-haiku-5-5"
ANSWER = "The answer is 42."
CONFIG = """
version: 1
defaults: {{reuse: false}}
suites:
  http:
    cases: cases.jsonl
    concurrency: {concurrency}
    target:
      use: http
      with: {{url: "{url}/ask", request: {{question: "{{{{ input.question }}}}"}}, output: /answer/text, usage: /usage}}
    evaluators: [{{use: contains}}]
  prompt:
    cases: cases.jsonl
    concurrency: {concurrency}
    target: {{use: prompt, with: {{template: prompt.txt, model: {model}}}}}
    evaluators: [{{use: contains}}]
"""


# --- the server --------------------------------------------------------------------------------------------------------


def usage() -> dict[str, int]:
    """Another number of tokens in every answer, so that no price is found in a cache."""
    return {"input_tokens": time.perf_counter_ns() % 10_000, "output_tokens": 8}


async def plain(request: web.Request) -> web.Response:
    """The plain service."""
    await request.json()
    await asyncio.sleep(DELAY_S)
    return web.json_response({"answer": {"text": ANSWER}, "usage": usage()})


async def messages(request: web.Request) -> web.Response:
    """The Messages API: one answer, streamed where that is asked."""
    streamed = (await request.json()).get("stream", False)
    await asyncio.sleep(DELAY_S)
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": ANSWER}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage(),
    }
    if not streamed:
        return web.json_response(message)
    return web.Response(text="".join(events(message)), content_type="text/event-stream")


def events(message: Mapping[str, object]) -> Iterator[str]:
    """A message as server-sent events, the text in four pieces."""
    start = {**message, "content": [], "stop_reason": None}
    pieces = [ANSWER[n : n + 5] for n in range(0, len(ANSWER), 5)]
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    stream: list[tuple[str, dict[str, object]]] = [
        ("message_start", {"message": start}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        *(
            ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}})
            for piece in pieces
        ),
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": ending, "usage": {"output_tokens": 8}}),
        ("message_stop", {}),
    ]
    for name, data in stream:
        yield f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"


async def serve() -> None:
    """Print the port, and answer until the process is ended."""
    app = web.Application()
    app.router.add_post("/ask", plain)
    app.router.add_post("/v1/messages", messages)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@contextmanager
def served() -> Iterator[str]:
    """The server's address, while it runs."""
    command = [sys.executable, "-m", "benchmarks.throughput", "--serve"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = process.stdout.readline() if process.stdout else ""
        yield f"http://127.0.0.1:{int(port)}"
    finally:
        process.kill()
        process.communicate()


# --- what is measured --------------------------------------------------------------------------------------------------


def require(held: bool) -> None:  # noqa: FBT001 - an assertion that -O does not take away
    """Stop where a walk did not do what it is timed for."""
    if not held:
        raise RuntimeError("a walk did not give the answers that it should have")


async def all_cases(ask: Callable[[str], Awaitable[str]]) -> None:
    """The plain loop: every case once, so many at a time, one assertion each."""
    slots = asyncio.Semaphore(CONCURRENCY)

    async def one(number: int) -> None:
        async with slots:
            require("42" in await ask(f"question {number}"))

    await asyncio.gather(*(one(number) for number in range(CASES)))


async def aiohttp_loop(url: str) -> None:
    """The yardstick of the `http` target."""
    async with aiohttp.ClientSession() as session:

        async def ask(question: str) -> str:
            async with session.post(f"{url}/ask", json={"question": question}) as response:
                text: str = (await response.json())["answer"]["text"]
                return text

        await all_cases(ask)


async def sdk_loop(url: str) -> None:
    """The yardstick of the `prompt` target: the SDK as its documentation shows it."""
    async with anthropic.AsyncAnthropic(api_key="none", base_url=url) as client:

        async def ask(question: str) -> str:
            message = await client.messages.create(
                model=MODEL, max_tokens=1024, messages=[{"role": "user", "content": f"Answer: {question}"}]
            )
            return "".join(block.text for block in message.content if block.type == "text")

        await all_cases(ask)


class Nobody:
    """Follows no progress."""

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        """Nothing."""

    def finished(self, trial: Trial) -> None:
        """Nothing."""

    def ended(self) -> None:
        """Nothing."""


@contextmanager
def as_the_command_line() -> Iterator[None]:
    """With the garbage collector as the command line sets it; a plain loop has it as Python does."""
    usual = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@as_the_command_line()
def gate_run(root: Path, suite: str) -> None:
    """A whole run of one suite, as `gate run` does it once it has started."""
    place = Place(tree=WorkingTree(root=root), config="gate.yaml", progress=Nobody(), notice=print)
    prepared = prepare(place.tree, place.config, only=[suite])
    with bench(place, prepared.suites, fresh=True) as stand:
        result = stand.take(prepared.suites, lambda _: Draws(purpose="run", count=1))[suite]
    require(len(result.trials) == CASES)
    require(all(trial.reply and not trial.failures for trial in result.trials))


def write_suites(root: Path, url: str) -> None:
    """Config, prompt and cases."""
    (root / "gate.yaml").write_text(CONFIG.format(url=url, concurrency=CONCURRENCY, model=MODEL))
    (root / "prompt.txt").write_text("Answer: {{ question }}")
    cases = ({"id": f"c{n}", "input": {"question": f"question {n}"}, "expected": "42"} for n in range(CASES))
    (root / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))


def main() -> int:
    """Measure in turns, print medians and ratios; 1 if a bound is missed."""
    taken: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}
    with served() as url, tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_suites(root, url)
        os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "none"}
        walks: dict[str, Callable[[], object]] = {
            "aiohttp loop": lambda: asyncio.run(aiohttp_loop(url)),
            "http target": lambda: gate_run(root, "http"),
            "SDK loop": lambda: asyncio.run(sdk_loop(url)),
            "prompt target": lambda: gate_run(root, "prompt"),
        }
        for number in range(ROUNDS + 1):  # the first round warms up: imports, compiled bytecode
            for label, walk in walks.items():
                start, processor = time.perf_counter(), time.process_time()
                walk()
                if number:
                    taken.setdefault(label, []).append(time.perf_counter() - start)
                    worked.setdefault(label, []).append(time.process_time() - processor)
    show(taken, worked)
    return missed_bounds(taken)


def show(taken: Mapping[str, list[float]], worked: Mapping[str, list[float]]) -> None:
    """The table of docs/benchmarks.md. What a call costs is processor time, which other work on the machine blurs least."""
    print(
        f"{CASES:,} cases, concurrency {CONCURRENCY}, answers after {DELAY_S * 1000:.0f} ms; {ROUNDS} rounds\n"
    )
    print("| | median | least | processor time a call |\n|---|---|---|---|")
    for label, times in taken.items():
        each_ms = statistics.median(worked[label]) / CASES * 1000
        print(f"| {label} | {statistics.median(times):.2f} s | {min(times):.2f} s | {each_ms:.2f} ms |")
    print()


def missed_bounds(taken: Mapping[str, list[float]]) -> int:
    """Print the ratios; 1 if one is beyond its bound."""
    missed = 0
    for target, yardstick, bound in (
        ("http target", "aiohttp loop", 2.0 / 1.5),
        ("prompt target", "SDK loop", 1.15),
    ):
        # Of each round by itself: on a shared machine the rounds differ more than the walks.
        pairs = zip(taken[target], taken[yardstick], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        missed += ratio > bound
        print(
            f"{target} / {yardstick}: {ratio:.2f}  bound {bound:.2f}  {'ok' if ratio <= bound else 'MISSED'}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What the gate adds to the calls themselves.")
    parser.add_argument("--serve", action="store_true", help="be the server")
    sys.exit(asyncio.run(serve()) if parser.parse_args().serve else main())
