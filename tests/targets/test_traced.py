"""A reply and what was heard of its call → the reply with its passages."""

import asyncio
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from pydantic import ValidationError

from gate.model.case import Context
from gate.model.reply import Failure, Reply
from gate.targets.command import CommandOptions
from gate.targets.http_options import HttpOptions
from gate.targets.traced import with_passages
from tests.builders import make_reply

FOUND = (Context(id="a", text="x"),)


class Heard:
    """Spans that come when the test says so."""

    def __init__(self, contexts: tuple[Context, ...] | None = None) -> None:
        self.found = contexts
        self.callbacks: list[Callable[[float], None]] = []
        self.lacked = 0

    def contexts(self) -> tuple[Context, ...] | None:
        return self.found

    def lacking(self) -> str:
        self.lacked += 1
        return "nobody told"

    def when_told(self, callback: Callable[[float], None]) -> None:
        self.callbacks.append(callback)
        if self.found is not None:
            callback(0)

    def tell(self) -> None:
        self.found = FOUND
        for callback in self.callbacks:
            callback(0)


def passed(reply: Reply | Failure, heard: Heard, *, wait_s: float = 0) -> Reply | Failure:
    return asyncio.run(with_passages(reply, heard, wait_s=wait_s))


def test_the_passages_that_were_told_are_those_of_the_reply() -> None:
    assert passed(make_reply(), Heard(FOUND)) == make_reply(contexts=FOUND)
    assert passed(make_reply(), Heard(())) == make_reply()


def test_passages_of_its_own_and_failures_stay_as_they_are() -> None:
    own = make_reply(contexts=(Context(text="own"),))
    failure = Failure(stage="target", kind="timeout", message="m")
    heard = Heard(FOUND)
    assert (passed(own, heard, wait_s=60), passed(failure, heard, wait_s=60)) == (own, failure)
    assert not heard.callbacks


def test_what_was_not_told_is_said_in_the_reply() -> None:
    heard = Heard()
    assert passed(make_reply(), heard, wait_s=0.01) == make_reply(contexts_missing="nobody told")
    assert heard.lacked == 1


def test_what_comes_late_from_another_thread_ends_the_wait() -> None:
    heard = Heard()

    async def ask() -> Reply | Failure:
        waiting = asyncio.ensure_future(with_passages(make_reply(), heard, wait_s=60))
        await asyncio.sleep(0)  # so that it waits already
        assert heard.callbacks
        Thread(target=heard.tell).start()
        return await waiting

    assert asyncio.run(ask()) == make_reply(contexts=FOUND)


def test_what_comes_after_all_is_over_breaks_nothing() -> None:
    heard = Heard()
    passed(make_reply(), heard, wait_s=0.001)
    heard.tell()


def options(**more: Any) -> HttpOptions:
    return HttpOptions.model_validate({"url": "http://127.0.0.1/", **more})


def test_a_pointer_that_is_none_is_refused_as_ever() -> None:
    assert options(contexts="traces").contexts == "traces"
    assert options(contexts="/traces").contexts == "/traces"
    with pytest.raises(ValidationError, match='did you mean "/docs"'):
        options(contexts="docs")


@pytest.mark.parametrize("port", [0, 65536, "4318"])
def test_a_port_that_there_is_not_is_refused(port: object) -> None:
    with pytest.raises(ValidationError):
        HttpOptions.model_validate({"url": "http://x", "traces_port": port}, strict=True)


def test_a_program_whose_spans_are_sent_elsewhere_cannot_be_read_by_them() -> None:
    given = {"run": "app", "env": {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector"}}
    CommandOptions.model_validate(given)
    with pytest.raises(ValidationError, match=r"env\.OTEL_EXPORTER_OTLP_ENDPOINT"):
        CommandOptions.model_validate({**given, "contexts": "traces"})


class Skipped(Heard):
    """A call whose outermost step has come, and no retrieval is to be expected."""

    def __init__(self, grace_s: float, found: tuple[Context, ...] | None = None) -> None:
        super().__init__()
        self.grace_s, self.late = grace_s, found

    def when_told(self, callback: Callable[[float], None]) -> None:
        callback(self.grace_s)
        asyncio.get_running_loop().call_soon(setattr, self, "found", self.late)


def test_where_no_retrieval_is_to_be_expected_the_whole_time_is_not_waited() -> None:
    told = passed(make_reply(), Skipped(0.01), wait_s=3600)
    assert told == make_reply(contexts_missing="nobody told")


def test_what_comes_while_it_waits_on_is_taken() -> None:
    assert passed(make_reply(), Skipped(0.05, FOUND), wait_s=3600) == make_reply(contexts=FOUND)


def test_it_waits_on_no_longer_than_it_may() -> None:
    assert passed(make_reply(), Skipped(3600), wait_s=0.01) == make_reply(contexts_missing="nobody told")
