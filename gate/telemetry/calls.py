"""Calls of models, services and programs → steps with the attributes that the conventions ask for. Asks nothing itself.

Tokens stand on the call that they were paid for and nowhere else, so that whoever sums a trace counts none twice. What an
application says of its own use is told under names of ours: its own spans may tell the same tokens.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from urllib.parse import urlsplit

from pydantic import JsonValue

from gate.model.pace import Attempt, Charge
from gate.model.ports import ModelRequest
from gate.model.redaction import redact
from gate.model.reply import Expense, Failure, Reply, Usage
from gate.telemetry import names
from gate.telemetry.content import told_answer, told_question
from gate.telemetry.trail import Step, current_step, now_ns, step

_ANTHROPIC = "anthropic"
_OF_AN_ATTEMPT = (names.SERVER_ADDRESS, names.SERVER_PORT)
_OF_A_PAID_ONE = (names.PROVIDER, names.REQUEST_MODEL)
_PORTS = {"https": 443, "http": 80}
_CLIENT_ERROR = 400  # the classes of RFC 9110


def model_call(request: ModelRequest, *, host: str) -> Step:
    """One question to a model, with all its attempts. `host` is who is asked, with its port where it is not the usual."""
    attributes: dict[str, JsonValue] = {
        names.OPERATION: names.CHAT,
        names.PROVIDER: _ANTHROPIC,
        names.REQUEST_MODEL: request.model,
        names.REQUEST_MAX_TOKENS: request.max_tokens,
    }
    if request.stream:
        attributes[names.REQUEST_STREAM] = True
    if request.effort is not None:
        attributes[names.REQUEST_EFFORT] = request.effort
    if request.answer_schema is not None:
        attributes[names.OUTPUT_TYPE] = "json"
    address, _, port = host.rpartition(":") if host.rpartition(":")[2].isdigit() else (host, "", "443")
    attributes[names.SERVER_ADDRESS], attributes[names.SERVER_PORT] = address, int(port)
    call = step(f"{names.CHAT} {request.model}", kind="client", attributes=attributes)
    if call.trail is not None and call.trail.content:
        told_question(attributes, request)
    return call


def answered(call: Step, outcome: Reply | Failure) -> None:
    """What a question to a model came to."""
    if call.trail is None:
        return
    attributes = call.attributes
    if isinstance(outcome, Failure):
        call.fail(outcome.kind)
        return
    if outcome.model is not None:
        attributes[names.RESPONSE_MODEL] = redact(outcome.model)
    if outcome.stop_reason is not None:
        attributes[names.FINISH_REASONS] = [redact(outcome.stop_reason)]
    if outcome.ttft_s is not None:
        attributes[names.FIRST_CHUNK] = outcome.ttft_s
    if outcome.cost_usd is not None:
        attributes[names.COST_USD] = outcome.cost_usd
    if outcome.usage is not None:
        count(attributes, outcome.usage)
    if call.trail.content:
        told_answer(attributes, outcome)


def count(attributes: dict[str, JsonValue], usage: Usage) -> None:
    """The tokens of one call: what was read from a cache and written to it is part of what went in."""
    read, written = usage.cache_read_tokens, usage.cache_write_tokens
    attributes[names.INPUT_TOKENS] = usage.input_tokens + read + written
    attributes[names.OUTPUT_TOKENS] = usage.output_tokens
    if read:
        attributes[names.CACHE_READ_TOKENS] = read
    if written:
        attributes[names.CACHE_WRITE_TOKENS] = written


class Attempts:
    """The attempts at one call of a model. The step begins with the first of them: the wait for a turn is not in it.

    One attempt is the call itself. Where there are several, each is a step below it, and what an answer cost that was
    lost stands there.
    """

    def __init__(self, call: Step, attempt: Callable[[Charge], Awaitable[Attempt]]) -> None:
        self._call, self._attempt = call, attempt
        self._made: list[tuple[int, int, str | None, Usage | None]] = []

    async def __call__(self, charge: Charge) -> Attempt:
        """Attempt it."""
        if self._call.trail is None:
            return await self._attempt(charge)
        start_ns, lost = now_ns(), list[Expense]()

        def heard(expense: Expense) -> None:
            lost.append(expense)
            charge(expense)

        told: str | None = "canceled"
        try:
            made = await self._attempt(heard)
            told = made.outcome.kind if isinstance(made.outcome, Failure) else None
        finally:
            usage = lost[0].usage if lost else None
            self._made.append((start_ns, now_ns(), told, usage))
        return made

    def over(self) -> None:
        """The call has come to its end: tell its attempts."""
        if not self._made:
            return
        call = self._call
        call.start_ns = self._made[0][0]
        if len(self._made) == 1:
            usage = self._made[0][3]
            if usage is not None:
                count(call.attributes, usage)
            return
        for number, (start_ns, end_ns, error, usage) in enumerate(self._made):
            told = call.tell("POST", kind="client", start_ns=start_ns, end_ns=end_ns)
            told.error = error
            told.attributes[names.HTTP_METHOD] = "POST"
            shared = _OF_AN_ATTEMPT if usage is None else (*_OF_AN_ATTEMPT, *_OF_A_PAID_ONE)
            told.attributes |= {name: call.attributes[name] for name in shared}
            if number:
                told.attributes[names.HTTP_RESENT] = number
            if usage is not None:
                count(told.attributes, usage)


class Requests:
    """The attempts at one request over HTTP to an application, each a step below the call of it.

    Of the address what follows a `?` is not told.
    """

    def __init__(self, method: str, url: str, attempt: Callable[[Charge], Awaitable[Attempt]]) -> None:
        self._method, self._url, self._attempt = method, url, attempt
        self._made = 0

    async def __call__(self, charge: Charge) -> Attempt:
        """Attempt it."""
        above = current_step()
        if above is None:
            return await self._attempt(charge)
        start_ns, error, status = now_ns(), "canceled", None
        try:
            made = await self._attempt(charge)
            status = made.status
            error = made.outcome.kind if isinstance(made.outcome, Failure) else ""
        finally:
            told = above.tell(self._method, kind="client", start_ns=start_ns, end_ns=now_ns())
            told.attributes |= _address(self._method, self._url)
            if self._made:
                told.attributes[names.HTTP_RESENT] = self._made
            self._made += 1
            if status is None:
                told.error = error or None
            else:
                told.attributes[names.HTTP_STATUS] = status
                told.error = str(status) if status >= _CLIENT_ERROR else None
        return made


@lru_cache(maxsize=100)
def _address(method: str, url: str) -> dict[str, JsonValue]:
    parts = urlsplit(url)
    return {
        names.HTTP_METHOD: method,
        names.URL: redact(parts._replace(query="", fragment="").geturl()),
        names.SERVER_ADDRESS: parts.hostname or "",
        names.SERVER_PORT: parts.port or _PORTS.get(parts.scheme, 0),
    }


def program_call(program: str) -> Step:
    """One start of a program. Its arguments are not told: they may hold anything."""
    name = program.replace("\\", "/").rpartition("/")[2]
    return step(name, kind="client", attributes={names.EXECUTABLE: name})


def ended(call: Step, *, pid: int, status: int) -> None:
    """How a program ended: by its exit status, or by minus the number of a signal."""
    call.attributes |= {names.PID: pid, names.EXIT_CODE: status}
    if status:
        call.fail(str(status))


def application(name: str, *, use: str) -> Step:
    """One call of an application, whatever way it is reached."""
    attributes: dict[str, JsonValue] = {
        names.OPERATION: names.INVOKE_AGENT,
        names.AGENT_NAME: name,
        names.TARGET: use,
    }
    return step(f"{names.INVOKE_AGENT} {name}", attributes=attributes)


def evaluation(evaluator: str) -> Step:
    """One scoring by an evaluator that waits for something."""
    return step(f"evaluate {evaluator}", attributes={names.EVALUATOR: evaluator})
