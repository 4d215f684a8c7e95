"""A seat → the reply of the target, or a Failure. Every call of the application goes through here, and is told."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from gate.model.price import priced
from gate.model.reply import Failure, Reply
from gate.run.batch import Fetched
from gate.run.failures import Seam, public
from gate.run.plan import RunPlan
from gate.run.seat import Done, Seat
from gate.telemetry.suite import UNRECORDED, SuiteRecord
from gate.telemetry.trail import Step

# Without an answer. They come in waves; between two of them, for as long as the first call of the next takes, there is time.
_IDLE_S = 0.004


@dataclass(kw_only=True)
class Asking:
    """The target of one plan. `fetched` is what its batches left, where it is asked in batches; `record` hears of it."""

    plan: RunPlan
    fetched: Fetched | None = None
    record: SuiteRecord = field(default=UNRECORDED)
    _writing: asyncio.TimerHandle | None = field(default=None, init=False)
    _told_at: float = field(default=0, init=False)

    def __post_init__(self) -> None:
        """The seam at which its errors become data."""
        plan = self.plan
        self._seam = Seam(stage="target", root=plan.instruments.root, limit_s=plan.suite.timeout_s)

    def trial(self, seat: Seat) -> Step:
        """Around all that is done for one trial."""
        return self.record.trial(seat.case, index=seat.index)

    def tell(self, step: Step, seat: Seat, done: Done) -> None:
        """The trial is done."""
        kept = seat.kept is not None and seat.kept.trial.reply is not None
        batched = kept and self.fetched is not None
        reused: Literal["store", "batch"] | None = "batch" if batched else "store" if kept else None
        self.record.finish(step, seat.case, done.trial, reused=reused)
        if step.trail is not None:
            self._told_at = asyncio.get_running_loop().time()
            self._writing = self._writing or asyncio.get_running_loop().call_later(_IDLE_S, self._write)

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < (idle_at := self._told_at + _IDLE_S):
            self._writing = loop.call_at(idle_at, self._write)
            return
        self._writing = None
        self.record.write()

    async def ask(self, seat: Seat) -> Reply | Failure:
        """One fresh draw, or why there is none."""
        if self.fetched is not None:
            return self.fetched.lost[seat.case.id, seat.index]
        with self.record.application() as call:
            answer: object = await self._seam.call(self.plan.target.draw(seat.case, index=seat.index))
            if isinstance(answer, Reply):
                return priced(answer, self.plan.suite.prices)
            if not isinstance(answer, Failure):
                message = f"the target returned a {type(answer).__name__}, no Reply"
                answer = self._seam.failure("bad_reply", message)
            call.fail(answer.kind)
            return public(answer)
