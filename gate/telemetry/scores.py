"""Results of evaluation → the scores of a backend, at the end of a run: no backend makes a score of an OTLP event.

Only numbers are sent: an abstention has none, and a failure is none. What is not taken is counted and told once, and
nothing else depends on it.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from gate.model.base import digest
from gate.telemetry import names
from gate.telemetry.posting import Answer, Post, post
from gate.telemetry.presets import Preset, basic
from gate.telemetry.scored import Scored

MOST = 100_000  # scores that are kept for the end of a run
LONGEST_S = 30.0  # for all of them
_MOST_BYTES = 900_000  # of a body: Langfuse takes a megabyte
_TRIES, _LONGEST_WAIT_S = 3, 5.0
_OF_ONE_BODY = {400, 413, 422}
_TAKEN, _REFUSED, _NOT_UNDERSTOOD, _CROWDED, _BROKEN = 200, 300, 400, 429, 500
_NS = 1e9


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where scores go: `most` at once, in a body that `body` makes; `rejected` reads out of an answer how many it refused.

    `single` makes the body of one score, for a server that takes no lists.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    most: int
    body: Callable[[Sequence[Scored]], JsonValue]
    rejected: Callable[[JsonValue], int]
    single: Callable[[Scored], JsonValue] | None = None


def destination(chosen: Preset, environment: Mapping[str, str]) -> Destination | None:
    """Where the scores of a run go with a preset; None where its backend takes none, or none is chosen."""
    name = chosen.backend.name if chosen.backend is not None else ""
    if name == "langfuse":
        keys = basic(environment["LANGFUSE_PUBLIC_KEY"], environment["LANGFUSE_SECRET_KEY"])
        return Destination(
            url=f"{chosen.base}/api/public/scores",
            headers={"Authorization": keys},
            most=100,
            body=_langfuse,
            rejected=_langfuse_rejected,
            single=_langfuse_score,  # before version 4
        )
    if name == "phoenix":
        key = environment.get("PHOENIX_API_KEY", "").strip()
        return Destination(
            url=f"{chosen.base}/v1/span_annotations",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            most=500,
            body=_phoenix,
            rejected=lambda _: 0,
        )
    return None


class Scores:
    """The scores of one run, kept until its end."""

    def __init__(
        self,
        to: Destination,
        *,
        send: Post = post,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._to, self._send, self._clock, self._pause = to, send, clock, pause
        self._kept: list[Scored] = []
        self._lost, self._reason = 0, ""
        self._most, self._given_up = to.most, False

    def put(self, events: Sequence[Scored]) -> None:
        """Keep those that have a number."""
        numbers = [event for event in events if names.SCORE_VALUE in event.attributes]
        room = MOST - len(self._kept)
        self._kept += numbers[:room]
        self._lose(len(numbers) - room, "there were too many")

    def close(self) -> str | None:
        """Send them all, within a limit; a sentence where some were not taken."""
        over_s = self._clock() + LONGEST_S
        left, self._kept = self._kept, []
        while left:
            if self._clock() >= over_s or self._given_up:
                self._lose(len(left), "there was no more time")
                break
            most = self._most
            if self._sent(left[:most], over_s=over_s):
                left = left[most:]
        if not self._lost:
            return None
        host = urlsplit(self._to.url).netloc.rpartition("@")[2]
        return f"telemetry: {self._lost:,} scores did not reach {host} ({self._reason}); nothing else depends on it"

    def _sent(self, batch: Sequence[Scored], *, over_s: float) -> bool:
        """Send a batch, and again where that may help: what is sent twice counts once. False: to be sent in smaller ones."""
        alone = self._to.single if self._most == 1 else None
        told = alone(batch[0]) if alone is not None else self._to.body(batch)
        body = json.dumps(told, allow_nan=False).encode()
        if len(body) > _MOST_BYTES and len(batch) > 1:
            self._most = len(batch) // 2
            return False
        for tried in range(1, _TRIES + 1):
            answer = self._send(self._to.url, body, headers=self._to.headers)
            if _TAKEN <= answer.status < _REFUSED:
                self._lose(self._to.rejected(answer.content), "it refused them")
                return True
            if answer.status == _NOT_UNDERSTOOD and self._to.single is not None and self._most > 1:
                self._most = 1
                return False
            wait_s = min(answer.wait_s if answer.wait_s is not None else 2.0 ** (tried - 1), _LONGEST_WAIT_S)
            if not _may_help(answer) or tried == _TRIES or self._clock() + wait_s >= over_s:
                self._lose(len(batch), answer.reason)
                self._given_up = answer.status not in _OF_ONE_BODY  # the next one would fare no better
                break
            self._pause(wait_s)
        return True

    def _lose(self, number: int, why: str) -> None:
        if number > 0:
            self._lost += number
            self._reason = self._reason or why


def _may_help(answer: Answer) -> bool:
    return answer.status in {0, _CROWDED} or answer.status >= _BROKEN


def _langfuse(batch: Sequence[Scored]) -> JsonValue:
    """`CreateScoresRequest` of Langfuse's API: a score is known by its id and its time, so that one sent twice is one."""
    return [_langfuse_score(event) for event in batch]


def _langfuse_score(event: Scored) -> dict[str, JsonValue]:
    told = event.attributes
    name, judge = told[names.EVALUATION_NAME], told.get(names.JUDGE_MODEL)
    trace_id, span_id = f"{event.trace_id:032x}", f"{event.span_id:016x}"
    score: dict[str, JsonValue] = {
        "id": f"gate-{digest([trace_id, span_id, name])}",
        "traceId": trace_id,
        "observationId": span_id,
        "name": name,
        "value": told[names.SCORE_VALUE],
        "dataType": "BOOLEAN" if names.SCORE_LABEL in told else "NUMERIC",
        "timestamp": datetime.fromtimestamp(event.time_ns / _NS, UTC).isoformat(),
    }
    if names.EXPLANATION in told:
        score["comment"] = told[names.EXPLANATION]
    if judge is not None:
        score["metadata"] = {"judge": judge}
    return score


def _langfuse_rejected(content: JsonValue) -> int:
    """Of a 207; a 202 took all."""
    rejected = content.get("rejected") if isinstance(content, dict) else None
    return rejected if isinstance(rejected, int) else 0


def _phoenix(batch: Sequence[Scored]) -> JsonValue:
    """`AnnotateSpansRequestBody` of Phoenix's API: one name, span and identifier is one annotation, whenever it is sent."""
    return {"data": [_annotation(event) for event in batch]}


def _annotation(event: Scored) -> dict[str, JsonValue]:
    told = event.attributes
    judge = told.get(names.JUDGE_MODEL)
    result: dict[str, JsonValue] = {"score": told[names.SCORE_VALUE]}
    for key, name in (("label", names.SCORE_LABEL), ("explanation", names.EXPLANATION)):
        if name in told:
            result[key] = told[name]
    return {
        "span_id": f"{event.span_id:016x}",
        "name": told[names.EVALUATION_NAME],
        "annotator_kind": "CODE" if judge is None else "LLM",
        "result": result,
        "metadata": {} if judge is None else {"judge": judge},
        "identifier": "gate",
    }
