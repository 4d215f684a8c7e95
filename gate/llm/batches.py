"""The Message Batches API: many questions → their replies and failures, for half the price. Never waits, nor asks twice.

Imports the SDK, so it is itself imported late. Results are read by the address that the provider documents, below the
base URL, and not by the one that it answers with: that would take the key, and the traffic, to wherever it says.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import anthropic
from anthropic._decoders.jsonl import AsyncJSONLDecoder
from anthropic.types.messages import MessageBatch

from gate.llm.collect import MalformedError, Said, whole
from gate.llm.connection import client_of, parameters, timeout_of
from gate.llm.credentials import find_credentials
from gate.llm.failures import ERRORS, failed, failure, kind_of
from gate.llm.price import cost_usd
from gate.model.batch import Batch, BatchError
from gate.model.ports import ModelRequest
from gate.model.price import NO_PRICES, Prices
from gate.model.reply import Failure, Reply, Usage

_PAGE = 100  # batches that are listed at once
_ENDINGS = {
    "expired": "the batch ended after 24 hours before this question was asked; the same command asks it again",
    "canceled": "the batch was canceled before this question was asked; the same command asks it again",
}
_T = TypeVar("_T")


class AnthropicBatches:
    """The door to batches. `timeout_s` is the limit of one request about a batch, and of a silence while it is read."""

    def __init__(self, *, timeout_s: float, prices: Prices = NO_PRICES) -> None:
        """Look for credentials (see `find_credentials`); nothing is sent yet.

        Raises:
            UserError: there are none, or they cannot be used.
        """
        self._credentials = find_credentials()
        self._prices = prices
        self._timeout = timeout_of(timeout_s)
        self._open: anthropic.AsyncAnthropic | None = None

    async def create(self, questions: Mapping[str, ModelRequest]) -> Batch:
        """Hand in questions, by their names."""
        requests: Any = [
            {"custom_id": name, "params": parameters(request)} for name, request in questions.items()
        ]
        made = await self._answered(
            self._client().messages.batches.create(requests=requests), of="a batch", acts=True
        )
        return self._told(made, of="a batch", acts=True)

    async def look(self, batch_id: str) -> Batch:
        """How a batch is getting on."""
        of = f"batch {batch_id}"
        return self._told(
            await self._answered(self._client().messages.batches.retrieve(batch_id), of=of), of=of
        )

    async def since(self, moment: float) -> Sequence[Batch]:
        """The latest batches, back to a moment."""
        found, of = list[Batch](), "the list of batches"
        pages = await self._answered(self._client().messages.batches.list(limit=_PAGE), of=of)
        while True:
            for each in pages.data:
                batch = self._told(each, of=of)
                if batch.made < moment:
                    return found
                found.append(batch)
            if not pages.data or not pages.has_next_page():
                return found
            pages = await self._answered(pages.get_next_page(), of=of)

    async def results(self, batch_id: str) -> AsyncIterator[tuple[str, Reply | Failure]]:
        """What became of each question, line by line."""
        try:
            lines: AsyncJSONLDecoder[dict[str, Any]] = await self._client().get(
                f"/v1/messages/batches/{batch_id}/results",
                cast_to=AsyncJSONLDecoder[dict[str, Any]],
                options={"headers": {"Accept": "application/binary"}},
                stream=True,
            )
            try:
                async for line in lines:
                    yield self._item(line)
            finally:
                await lines.close()
        except json.JSONDecodeError:
            text = f"batch {batch_id}: its results broke off in the middle of a line"
            raise BatchError(failure("connection", text)) from None
        except ERRORS as error:
            self._fail(error, of=f"batch {batch_id}")

    def cost_usd(self, model: str, usage: Usage) -> float | None:
        """What a reply costs in a batch."""
        return cost_usd(model, usage, own=self._prices, batch=True)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._open is not None:
            await self._open.close()
        self._open = None

    def _item(self, line: Any) -> tuple[str, Reply | Failure]:
        try:
            name, result = str(line["custom_id"]), line["result"]
            kind = result["type"]
            if kind == "succeeded":
                return name, self._reply(result["message"])
            if kind == "errored":
                return name, self._errored(result["error"]["error"])
            return name, failure(kind, _ENDINGS[kind], retryable=True)
        except (KeyError, TypeError) as error:
            raise MalformedError(f"a line of the results is malformed: {error!r}") from None

    def _reply(self, message: Any) -> Reply:
        said = Said()
        whole(message, said)
        usage = said.usage
        cost = None if usage is None or said.model is None else self.cost_usd(said.model, usage)
        return Reply(
            output=said.text,
            usage=usage,
            latency_s=0,
            cost_usd=cost,
            stop_reason=said.stop_reason,
            model=said.model,
        )

    def _errored(self, error: Mapping[str, Any]) -> Failure:
        kind = kind_of(str(error["type"]))
        text = f"in the batch: {error['type']}: {error.get('message', 'no reason is given')}"
        return failure(kind, text, secrets=self._credentials.secrets)

    async def _answered(self, call: Awaitable[_T], *, of: str, acts: bool = False) -> _T:
        try:
            return await call
        except ERRORS as error:
            self._fail(error, of=of, acts=acts)

    def _told(self, batch: MessageBatch, *, of: str, acts: bool = False) -> Batch:
        """The SDK takes any JSON for a batch, and any text."""
        try:
            counts = batch.request_counts
            done = counts.succeeded + counts.errored + counts.canceled + counts.expired
            return Batch(
                id=batch.id,
                ended=batch.processing_status == "ended",
                total=done + counts.processing,
                done=done,
                made=batch.created_at.timestamp(),
            )
        except (AttributeError, TypeError, ValueError):
            self._fail(MalformedError("the answer is no batch"), of=of, acts=acts)

    def _fail(self, error: Exception, *, of: str, acts: bool = False) -> NoReturn:
        attempt = failed(error, model=of, secrets=self._credentials.secrets)
        text = f"{of}: {error}"
        why = attempt.outcome if isinstance(attempt.outcome, Failure) else failure("server_error", text)
        if isinstance(error, anthropic.NotFoundError):
            why = failure("not_found", f"{of}: there is no such thing", retryable=False)
        refused = isinstance(error, anthropic.APIStatusError) and not why.retryable
        raise BatchError(
            why,
            gone=isinstance(error, anthropic.NotFoundError),
            doubtful=acts and not refused and attempt.setback not in {"crowded", "unreached"},
            asked_s=attempt.asked_s,
        ) from None

    def _client(self) -> anthropic.AsyncAnthropic:
        if self._open is None:
            self._open = client_of(self._credentials, timeout=self._timeout)
        return self._open
