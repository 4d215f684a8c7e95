"""A provider on loopback that has every fault a provider can have, and keeps a ledger of what it answered.

What happens to a case is written in its id: `overloaded-overloaded-fine-17` is refused twice with a 529, and answered
the third time. The last word holds for all further attempts.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.doubles import USAGE, Answer, Loopback, Request, json_answer, refused, said, streamed

LARGE = "x" * 10_400_000
STORM_AFTER = 600  # requests
STORM_S = 1.0  # in which all are refused with a 529, whatever their case says


def _wait(value: str) -> Answer:
    return refused(429, "rate_limit_error", "slow down", **{"retry-after": value})


class FaultyProvider(Loopback):
    """The Messages API, and at `/ask` a plain JSON service. `answered` counts the whole good answers, by case.

    `told` is the tokens of answers that were not whole, as far as they were told before the break; `perhaps_told` those
    of connections that were reset, where the system may have thrown away what was sent last.
    """

    def __init__(self) -> None:
        super().__init__(self._respond)
        self.answered: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.told = self.perhaps_told = 0
        self._storm_ends_at = 0.0

    def _respond(self, request: Request) -> Answer:
        plain = request.path == "/ask"
        body = request.json
        case_id: str = body["id"] if plain else body["messages"][0]["content"]
        words = case_id.split("-")[:-1]
        word = words[min(self.asked[case_id], len(words) - 1)]
        if len(self.requests) == STORM_AFTER:
            self._storm_ends_at = time.monotonic() + STORM_S
        if time.monotonic() < self._storm_ends_at:
            return refused(529, "overloaded_error", "a storm")
        self.asked[case_id] += 1
        return self._said(word, case_id, self._plain if plain else self._streamed)

    def _said(self, word: str, case_id: str, make: Callable[..., Answer]) -> Answer:
        refusals: dict[str, Callable[[], Answer]] = {
            "limited": lambda: refused(429, "rate_limit_error", "slow down"),
            "waiting": lambda: _wait("0.05"),
            "absurd": lambda: _wait("1000000000"),
            "overloaded": lambda: refused(529, "overloaded_error", "too many"),
            "broken": lambda: refused(500, "api_error", "it broke"),
            "hang": lambda: Answer(ending="hang"),
            "html": lambda: Answer(headers={"content-type": "text/html"}, body=b"<html>hello</html>"),
            "garbled": lambda: self._garbled(make),
        }
        if word in refusals:
            return refusals[word]()
        if word in {"reset", "cut", "stall"}:
            return self._partly(word, make("half an answer"))
        self.answered[case_id] += 1
        whole = make(LARGE if word == "large" else f"the answer to {case_id}")
        return Answer(headers=whole.headers, body=whole.body, ending="drip") if word == "drip" else whole

    def _partly(self, word: Any, whole: Answer) -> Answer:
        if b"message_start" in whole.body:
            tokens = sum(USAGE.values()) - USAGE["output_tokens"] + 1
            if word == "reset":
                self.perhaps_told += tokens
            else:
                self.told += tokens
        return Answer(headers=whole.headers, body=whole.body, ending=word)

    def _garbled(self, make: Callable[..., Answer]) -> Answer:
        whole = make("an answer")
        return Answer(headers=whole.headers, body=whole.body.replace(b'{"', b'{"""', 1))

    def _plain(self, text: str) -> Answer:
        return json_answer({"output": text, "usage": USAGE})

    def _streamed(self, text: str) -> Answer:
        return streamed(said(text))


def tokens(provider: FaultyProvider) -> int:
    """The tokens of everything that was answered whole."""
    return provider.answered.total() * sum(USAGE.values())
