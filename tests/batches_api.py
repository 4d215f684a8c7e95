"""A stub of the Message Batches API over real HTTP; what the real one would refuse is refused here, by the SDK's types."""

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from tests.doubles import Answer, Loopback, Request, exhaust, json_answer, refused, said, streamed

Result = Mapping[str, Any]


def succeeded(text: str = "right", **fields: Any) -> Result:
    return {"type": "succeeded", "message": said(text, **fields)}


def errored(error_type: str = "invalid_request_error", message: str = "the reason") -> Result:
    error = {"type": "error", "error": {"type": error_type, "message": message}, "request_id": None}
    return {"type": "errored", "error": error}


@dataclass
class Made:
    """A batch; it has ended when it was looked at `looks` times more."""

    id: str
    requests: list[dict[str, Any]]
    looks: int
    made: float = field(default_factory=time.time)


class BatchesApi(Loopback):
    """Batches whose questions come to what `result` says of their parameters.

    `faults` are answers that come first, by `create`, `look`, `results`, `list`; `looks` is how often a batch is looked at
    in vain; the answer to the next creation is lost on the way, after it was carried out, as `lost` says. `alone`
    counts the questions that were asked without a batch; they are answered by `result`, too.
    """

    def __init__(
        self, result: Callable[[dict[str, Any]], Result] = lambda _: succeeded(), *, looks: int = 0
    ) -> None:
        super().__init__(self._respond)
        self.result, self.looks = result, looks
        self.made: dict[str, Made] = {}
        self.faults: dict[str, list[Answer]] = {}
        self.lost: Literal["", "reset", "hang"] = ""
        self.alone = 0
        self.invalid: list[str] = []

    @property
    def handed_in(self) -> list[int]:
        """How many questions each batch has."""
        return [len(made.requests) for made in self.made.values()]

    def asked(self, step: str) -> int:
        """How often it was asked for one of the steps."""
        return sum(_step(request) == step for request in self.requests)

    def _respond(self, request: Request) -> Answer:
        step = _step(request)
        if self.faults.get(step):
            return self.faults[step].pop(0)
        if step == "alone":
            self.alone += 1
            message = self.result(request.json)["message"]
            return streamed(message) if request.json.get("stream") else json_answer(message)
        if step == "create":
            return self._create(request)
        if step == "list":
            data = [self._told(made) for made in reversed(self.made.values())]
            return json_answer({"data": data, "has_more": False, "first_id": None, "last_id": None})
        return self._of_one(step, request)

    def _of_one(self, step: str, request: Request) -> Answer:
        made = self.made.get(request.path.split("/")[4].split("?")[0])
        if made is None:
            return refused(404, "not_found_error")
        if step == "look":
            made.looks -= 1
            return json_answer(self._told(made))
        lines = [
            {"custom_id": each["custom_id"], "result": self.result(each["params"])} for each in made.requests
        ]
        random.Random(1).shuffle(lines)
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        return Answer(headers={"content-type": "application/x-jsonl"}, body=body)

    def _create(self, request: Request) -> Answer:
        if problem := _invalid(request.json):
            self.invalid.append(problem)
            return refused(400, "invalid_request_error", problem)
        batch = Made(f"msgbatch_{len(self.made)}", request.json["requests"], self.looks)
        self.made[batch.id] = batch
        answer = json_answer(self._told(batch))
        if self.lost:
            ending, self.lost = self.lost, ""
            return Answer(headers=answer.headers, body=answer.body, ending=ending)
        return answer

    def _told(self, made: Made) -> dict[str, Any]:
        ended = made.looks < 0
        moment = datetime.fromtimestamp(made.made, UTC).isoformat()
        counts = {"succeeded": 0, "errored": 0, "canceled": 0, "expired": 0, "processing": 0}
        counts["succeeded" if ended else "processing"] = len(made.requests)
        return {
            "id": made.id,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts,
            "created_at": moment,
            "expires_at": moment,
            "ended_at": moment if ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": "http://elsewhere.invalid/results" if ended else None,
        }

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        assert not self.invalid, self.invalid


def _step(request: Request) -> str:
    path = request.path.split("?")[0]
    if path == "/v1/messages":
        return "alone"
    if path == "/v1/messages/batches":
        return "create" if request.method == "POST" else "list"
    return "results" if path.endswith("/results") else "look"


def _invalid(body: Any) -> str:
    try:
        exhaust(_schema().validate_python(body, extra="forbid"))
    except ValidationError as error:
        return str(error)
    names = [each["custom_id"] for each in body["requests"]]
    if len(set(names)) < len(names):
        return "a custom_id stands twice"
    wrong = [name for name in names if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)]
    return f"no custom_id: {wrong}" if wrong else ""


@cache
def _schema() -> TypeAdapter[Any]:
    from anthropic.types.messages import batch_create_params  # noqa: PLC0415 - over a second

    return TypeAdapter(batch_create_params.BatchCreateParams)
