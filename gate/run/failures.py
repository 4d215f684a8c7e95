"""A call of code that is not ours → its value, or a Failure: the one seam at which exceptions become data.

Never lets a credential into a message, and never keeps back a cancellation that is meant for us.
"""

import asyncio
import os
import traceback
from collections.abc import Awaitable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from gate.model.ports import ScoringError
from gate.model.redaction import public as redacted
from gate.model.redaction import redact, secrets_of, shortened, texts
from gate.model.reply import Failure
from gate.model.run import Trial
from gate.run.patience import Limit
from gate.run.tab import judging

_OURS = Path(__file__).parent.parent
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Seam:
    """Where a call belongs: its stage, the evaluator that is called, the user's folder, and the limit in seconds.

    Waits that the pace of a provider imposes are not in the limit.
    """

    stage: Literal["target", "evaluator"]
    root: Path
    limit_s: float
    evaluator: str | None = None

    async def call(self, awaitable: Awaitable[_T]) -> _T | Failure:
        """Await it. Whatever it raises is a Failure, and so is an answer that comes after the limit."""
        task, late = asyncio.current_task(), Limit(self.limit_s)
        outcome: _T | Failure
        try:
            with judging(self.evaluator):
                async with late:
                    outcome = await awaitable
        except asyncio.CancelledError:
            outcome = self.failure("exception", "it was cancelled from within")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of anybody may raise anything
            outcome = self._raised(error)
        if task is not None and task.cancelling():
            raise asyncio.CancelledError  # we are to stop, whatever the other side made of that
        return self._timeout() if late.expired() else outcome

    async def call_at_once(self, awaitable: Awaitable[_T]) -> _T | Failure:
        """Await what waits for nothing: without a limit, which would take as long as the call itself."""
        try:
            return await awaitable
        except Exception as error:  # noqa: BLE001 - whatever breaks is a failure beside the others
            return self._raised(error)

    def failure(self, kind: str, message: str) -> Failure:
        """A failure at this seam."""
        failure = Failure(stage=self.stage, kind=kind, message=message, evaluator=self.evaluator)
        return public(failure)

    def _timeout(self) -> Failure:
        message = f"no answer within {self.limit_s:g} s; raise the suite's `timeout_s` if it needs longer"
        return self.failure("timeout", message).model_copy(update={"retryable": True})

    def _raised(self, error: BaseException) -> Failure:
        if isinstance(error, ScoringError):
            return self.failure(error.kind, str(error))
        text = shortened(f"{type(error).__name__}: {error}")
        return self.failure("exception", text + self._place(error))

    def _place(self, error: BaseException) -> str:
        """` (file:line)` of the deepest line in the user's own files."""
        root = self.root.resolve()
        places = [
            f" ({path.relative_to(root).as_posix()}:{frame.lineno})"
            for frame in traceback.extract_tb(error.__traceback__)
            if (path := Path(frame.filename)).is_relative_to(root)
            and not path.is_relative_to(_OURS)
            and "site-packages" not in path.parts
        ]
        return places[-1] if places else ""


def without_secrets(trial: Trial, *, secrets: Collection[str]) -> Trial:
    """The same trial without credentials in any text of it: an application may answer with its own key.

    It is scored before, on what was really answered; what is kept, and shown in public, is this.
    """
    said = "\n".join(_texts(trial))
    if redact(said, secrets=secrets) == said:
        return trial
    return redacted(trial, secrets=secrets)


def _texts(trial: Trial) -> Iterator[str]:
    """Every text in a trial that somebody else wrote."""
    if trial.reply is not None:
        yield trial.reply.output
        yield trial.reply.model or ""
        yield trial.reply.stop_reason or ""
        yield from (f"{context.id}\n{context.text}" for context in trial.reply.contexts)
        for call in trial.reply.tool_calls:
            yield from texts(call.model_dump(mode="json"))
    yield from (f"{score.explanation}\n{score.abstained}" for score in trial.scores)
    yield from (failure.message for failure in trial.failures)


def public(failure: Failure) -> Failure:
    """The same failure without credentials: its message is read in public."""
    message = redact(failure.message, secrets=secrets_of(os.environ))
    return failure if message == failure.message else failure.model_copy(update={"message": message})
