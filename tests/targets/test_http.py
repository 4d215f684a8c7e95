import asyncio
import contextlib
import gzip
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gate.model.case import Case, Place
from gate.model.errors import UserError
from gate.model.pace import Attempt, Charge
from gate.model.reply import Failure, Reply
from gate.targets.http import HttpTarget
from gate.targets.http_options import HttpOptions
from tests.builders import make_case, make_setting
from tests.doubles import Answer, Loopback, json_answer


@contextlib.contextmanager
def serving(answer: Answer | Any) -> Iterator[Loopback]:
    reply = answer if isinstance(answer, Answer) else json_answer(answer)
    with Loopback(lambda _: reply) as server:
        yield server


def make_target(url: str, *, timeout_s: float = 30.0, **given: Any) -> HttpTarget:
    return HttpTarget(HttpOptions(**{"url": url, **given}), make_setting(Path(), timeout_s=timeout_s))


def ask(target: HttpTarget, *cases: Case) -> list[Reply | Failure]:
    async def walk() -> list[Reply | Failure]:
        try:
            return list(
                await asyncio.gather(*(target.ask(case) for case in cases or (make_case(input="q"),)))
            )
        finally:
            await target.aclose()

    return asyncio.run(walk())


def replied(answer: Any, **given: Any) -> Reply:
    with serving(answer) as server:
        reply = ask(make_target(server.url, **given))[0]
    assert isinstance(reply, Reply), reply
    return reply


def failed(answer: Any, **given: Any) -> Failure:
    with serving(answer) as server:
        failure = ask(make_target(server.url, **given))[0]
    assert isinstance(failure, Failure), failure
    assert failure.stage == "target"
    return failure


def test_the_case_is_sent_as_the_template_says_without_what_is_expected() -> None:
    template = {
        "q": "{{ input.question }}",
        "meta": {"id": "case {{ id }}", "n": ["{{ input.n }}"]},
        "fixed": True,
    }
    case = make_case("c1", input={"question": "why?", "n": 3}, expected="canary")
    with serving({"output": "x"}) as server:
        ask(make_target(f"{server.url}/v1/ask?a=b", request=template, method="PUT"), case)
    request = server.requests[0]
    assert (request.method, request.path) == ("PUT", "/v1/ask?a=b")
    assert request.headers["content-type"] == "application/json"
    assert request.json == {"q": "why?", "meta": {"id": "case c1", "n": [3]}, "fixed": True}


def test_by_default_input_goes_out_and_output_comes_back() -> None:
    with serving({"output": "x"}) as server:
        reply = ask(make_target(server.url), make_case(input="why?"))[0]
    assert server.requests[0].json == {"input": "why?"}
    assert isinstance(reply, Reply)
    assert reply.output == "x"
    assert 0 < reply.latency_s < 20


def test_every_part_of_the_reply_is_found_where_the_options_point() -> None:
    answer = {
        "data": {"text": "x", "tools": [{"name": "f"}], "why": "end"},
        "meta": {"usage": {"prompt_tokens": 3, "completion_tokens": 4}, "usd": 0.5, "model": "m"},
        "docs": [{"body": "t", "meta": {"id": 7, "s": 0.5}}],
    }
    reply = replied(
        answer,
        output="/data/text",
        contexts={"items": "/docs", "text": "/body", "id": "/meta/id", "score": "/meta/s"},
        tool_calls="/data/tools",
        usage="/meta/usage",
        cost_usd="/meta/usd",
        model="/meta/model",
        stop_reason="/data/why",
    )
    assert reply.usage is not None
    assert (reply.output, reply.usage.input_tokens, reply.cost_usd, reply.model) == ("x", 3, 0.5, "m")
    assert (reply.contexts[0].text, reply.contexts[0].id, reply.contexts[0].score) == ("t", "7", 0.5)
    assert (reply.tool_calls[0].name, reply.stop_reason) == ("f", "end")


@pytest.mark.parametrize(
    ("contexts", "answer"),
    [("/c", {"c": ["t"]}), ("/c", {"c": [{"text": "t"}]}), ({"items": "/c", "text": ""}, {"c": ["t"]})],
)
def test_contexts_may_be_texts_or_objects(contexts: Any, answer: Mapping[str, Any]) -> None:
    assert replied({"output": "x", **answer}, contexts=contexts).contexts[0].text == "t"


def test_null_is_no_context() -> None:
    assert replied({"output": "x", "c": None}, contexts="/c").contexts == ()
    assert replied({"output": "x", "c": None}, contexts={"items": "/c"}).contexts == ()


@pytest.mark.parametrize("option", ["output", "contexts", "usage", "cost_usd"])
def test_an_answer_without_a_part_that_was_promised_is_a_failure(option: str) -> None:
    failure = failed({"output": "x"}, **{option: "/nowhere/at/all"})
    assert failure.kind == "bad_reply"
    assert "nothing at '/nowhere/at/all': the top has 'output'" in failure.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "begins with '<html>'"),
        (b"", "no JSON"),
        (b'{"output": NaN}', "NaN"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_an_answer_that_is_no_json_is_a_failure(body: bytes, said: str) -> None:
    failure = failed(Answer(body=body))
    assert (failure.kind, said in failure.message) == ("bad_reply", True)


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (400, "http_status", False),
        (401, "auth", False),
        (402, "payment", False),
        (403, "permission", False),
        (404, "not_found", False),
        (429, "http_status", True),
        (500, "http_status", True),
        (503, "http_status", True),
        (529, "http_status", True),
    ],
)
def test_a_status_is_a_failure_with_an_excerpt(status: int, kind: str, *, retryable: bool) -> None:
    failure = failed(json_answer({"error": "why", "more": "x" * 5000}, status=status))
    assert (failure.kind, failure.retryable) == (kind, retryable)
    assert f"status {status}: " in failure.message
    assert "why" in failure.message
    assert len(failure.message) < 400


class Noted:
    """A pace that notes what an attempt said of the service, and how often it may be repeated."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.repeats: list[int] = []

    async def call(self, attempt: Callable[[Charge], Awaitable[Attempt]], *, repeats: int) -> Reply | Failure:
        self.repeats.append(repeats)
        self.attempts.append(await attempt(lambda _: None))
        return self.attempts[-1].outcome


def noted(answer: Answer | str, **given: Any) -> tuple[Attempt, int]:
    """What an attempt said of a service that answers so, or of an address where there is none."""
    with contextlib.ExitStack() as stack:
        url = answer if isinstance(answer, str) else stack.enter_context(serving(answer)).url
        pace = Noted()
        setting = replace(make_setting(Path(), timeout_s=5.0), pace=lambda _: pace)
        ask(HttpTarget(HttpOptions(url=url, **given), setting))
    return pace.attempts[0], pace.repeats[0]


@pytest.mark.parametrize(
    ("status", "setback"),
    [
        *((status, None) for status in (200, 400, 401)),
        *((status, "crowded") for status in (429, 503, 529)),
        *((status, "fault") for status in (500, 502, 504)),
    ],
)
def test_a_service_that_did_nothing_is_told_from_one_that_broke(status: int, setback: str | None) -> None:
    made, _ = noted(json_answer({"output": "x"}, status=status, **{"retry-after": "7"}))
    assert made.setback == setback
    assert made.asked_s == (None if status == 200 else 7)


def test_a_broken_connection_is_told_from_one_that_never_was() -> None:
    whole = json_answer({"output": "an answer that is cut in the middle"})
    made, _ = noted(Answer(headers=whole.headers, body=whole.body, ending="reset"))
    assert made.setback == "fault"
    made, _ = noted("http://127.0.0.1:1/")
    assert made.setback == "unreached"


def test_what_may_have_been_done_is_sent_again_only_as_often_as_the_user_says() -> None:
    fine = json_answer({"output": "x"})
    assert [noted(fine, **given)[1] for given in ({}, {"retries": 3})] == [0, 3]


def test_a_redirect_is_not_followed() -> None:
    failure = failed(Answer(status=307, headers={"location": "http://127.0.0.1:1/"}))
    assert failure.kind == "http_status"
    assert "name the final address" in failure.message


@pytest.mark.parametrize("ending", ["reset", "cut"])
def test_half_an_answer_is_never_a_reply(ending: Any) -> None:
    whole = json_answer({"output": "an answer that is cut in the middle"})
    failure = failed(Answer(headers=whole.headers, body=whole.body, ending=ending))
    assert failure.kind in {"connection", "bad_reply"}


def test_a_service_that_is_not_there_is_a_connection_failure() -> None:
    with serving({}) as server:
        pass
    failure = ask(make_target(server.url))[0]
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.retryable) == ("connection", True)
    assert server.url in failure.message


def test_a_service_that_does_not_answer_in_time_is_a_timeout() -> None:
    failure = failed(Answer(ending="hang"), timeout_s=0.2)
    assert (failure.kind, failure.retryable) == ("timeout", True)


def test_a_cancelled_call_lets_go_of_its_connection() -> None:
    async def walk(server: Loopback) -> None:
        target = make_target(server.url)
        asking = asyncio.ensure_future(target.ask(make_case()))
        assert await asyncio.to_thread(server.hanging.wait, 10)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(server.left.wait, 10)
        await target.aclose()

    with serving(Answer(ending="hang")) as server:
        asyncio.run(walk(server))


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_without_bound_is_a_failure(encoding: str) -> None:
    body = b'{"output": "' + b"x" * 11_000_000 + b'"}'
    packed = gzip.compress(body) if encoding == "gzip" else body
    failure = failed(Answer(headers={"content-encoding": encoding}, body=packed))
    assert failure.kind == "too_large"


def test_a_header_is_read_from_the_environment_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_CREDENTIAL_ID", "canary-1234\n")
    headers = {"X-Credential": "id ${SERVICE_CREDENTIAL_ID}", "Cookie": "canary-5678"}
    spill = json_answer({"error": "no canary-1234, no canary-5678"}, status=403)
    with serving(spill) as server:
        target = make_target(server.url, headers=headers)
        failure = ask(target)[0]
    assert server.requests[0].headers["x-credential"] == "id canary-1234"
    assert isinstance(failure, Failure)
    assert "[redacted]" in failure.message
    assert "canary" not in failure.message


def test_an_address_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(UserError, match="would be committed") as refusal:
        make_target("https://user:canary-1234@example.org/ask")
    assert "canary" not in str(refusal.value)


def test_variables_that_are_not_set_are_told_when_the_run_begins_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    target = make_target("http://127.0.0.1:1", headers={"A": "${NOT_SET} ${NEITHER}"})
    target.check(make_case())
    with pytest.raises(UserError) as refusal:
        target.open()
    assert [problem.fix.split()[1] for problem in refusal.value.problems] == ["NEITHER", "NOT_SET"]


@pytest.mark.parametrize("value", ["canary\n1", "canary-\u00e9"])
def test_a_header_that_cannot_be_sent_is_refused_without_showing_it(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", value)
    with pytest.raises(UserError, match="the value of the header 'A'") as refusal:
        make_target("http://127.0.0.1:1", headers={"A": "${A_TOKEN}"}).open()
    assert "canary" not in str(refusal.value)


def test_a_cookie_of_one_answer_does_not_go_into_the_next_request() -> None:
    answer = Answer(headers={"set-cookie": "session=1; Path=/"}, body=b'{"output": "x"}')
    with serving(answer) as server:
        target = make_target(server.url)

        async def walk() -> None:
            for _ in range(2):
                await target.ask(make_case())
            await target.aclose()

        asyncio.run(walk())
    assert len(server.requests) == 2
    assert all("cookie" not in request.headers for request in server.requests)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert replied({"output": "x"}).output == "x"


def test_a_proxy_of_the_environment_is_asked_for_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving({"output": "x"}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        reply = ask(make_target("http://service.example/ask?a=b"))[0]
    assert isinstance(reply, Reply)
    assert proxy.requests[0].path == "http://service.example/ask?a=b"
    assert proxy.requests[0].headers["host"] == "service.example"


def test_connections_are_used_again() -> None:
    async def walk(server: Loopback) -> None:
        target, slots = make_target(server.url), asyncio.Semaphore(3)

        async def ask_one(number: int) -> None:
            async with slots:
                assert isinstance(await target.ask(make_case(f"c{number}")), Reply)

        target.open()
        await asyncio.gather(*(ask_one(number) for number in range(12)))
        await target.aclose()

    with serving({"output": "x"}) as server:
        asyncio.run(walk(server))
    assert len(server.requests) == 12
    assert server.connections <= 3


def test_a_case_that_lacks_what_the_request_asks_for_is_refused_before_any_call() -> None:
    target = make_target("http://127.0.0.1:1", request={"q": "{{ input.question }}"})
    with pytest.raises(UserError, match=r"cases.jsonl:2: case 'c1' has nothing"):
        target.check(make_case("c1", input={"query": "x"}, place=Place(file="cases.jsonl", line=2)))


def test_a_request_that_no_case_can_fill_is_refused_when_it_is_read() -> None:
    with pytest.raises(UserError, match=r"request: no such placeholder: \{\{ expected \}\}"):
        make_target("http://127.0.0.1:1", request=["{{ expected }}"])


@pytest.mark.parametrize("url", ["localhost:8000/ask", "ftp://host/", "http://", "", "http://[oops"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="no address"):
        make_target(url)


@pytest.mark.parametrize(
    "given", [{"output": "a.b"}, {"method": "GET"}, {"timeout": 3}, {"contexts": {"at": "/c"}}]
)
def test_an_option_that_does_not_exist_or_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HttpOptions(url="http://h", **given)
