"""Trials of one suite → their traces and what was found of them. What a run calls; it decides nothing.

A trial whose reply was kept asks nothing, and so has no call; the run says how many there were.
"""

from dataclasses import dataclass
from typing import Literal, Self

from gate.model.case import Case
from gate.model.run import RunResult, Trial
from gate.telemetry import names
from gate.telemetry.calls import application
from gate.telemetry.recorder import TOGETHER, Recorder
from gate.telemetry.replied import batched, tell_reply
from gate.telemetry.scored import Describe, Results, Scored
from gate.telemetry.trail import Step, Trail, now_ns

_BY_ITSELF = {
    "prompt",
    "replay",
}  # a prompt is one call of a model, which is told as such; a recording calls nothing


class SuiteRecord:
    """The record of one suite's run. Without a recorder nothing is told."""

    def __init__(
        self,
        recorder: Recorder | None,
        *,
        name: str = "",
        use: str = "",
        describe: Describe = lambda _: None,
        fingerprint: str = "",
    ) -> None:
        self._recorder = recorder if recorder is not None and recorder.tells else None
        self._name, self._use, self._results = name, use, Results(describe)
        self._fingerprint = fingerprint
        self._done = self._failed = 0
        self._over: list[_Done] = []
        self._step: Step | None = None
        if self._recorder is not None:
            self._recorder.ready()
            self._step = self._recorder.begun(f"suite {name}", trail=self._recorder.run.trail)
            self._step.parent_id = self._recorder.run.span_id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Left without an end, it was cut short."""
        if self._step is not None and not self._step.end_ns:
            self.end(None, resumed=None)

    def trial(self, case: Case, *, index: int) -> Step:
        """Around all that is done for one trial."""
        trail = self._recorder.trail() if self._recorder is not None else None
        step = Step(f"trial {self._name}", kind="internal", attributes={}, trail=trail)
        if self._step is not None:
            step.link = (self._step.trace_id, self._step.span_id)
            step.attributes |= {
                names.SUITE_NAME: self._name,
                names.CASE_NAME: case.id,
                names.TRIAL_INDEX: index,
            }
        return step

    def application(self) -> Step:
        """Around one call of the application; a call of a model alone is told by itself."""
        if self._recorder is None or self._use in _BY_ITSELF:
            return Step("", kind="internal", attributes={}, trail=None)
        return application(self._name, use=self._use)

    def finish(
        self, step: Step, case: Case, trial: Trial, *, reused: Literal["store", "batch"] | None
    ) -> None:
        """A trial is over. `reused`: its reply was there before, from an earlier run or from a batch of this one.

        It is only noted: others wait for their turn to call. What it comes to is worked out by `write`, or when many wait.
        """
        if self._recorder is None or step.trail is None or not self._recorder.tells:
            return
        self._over.append(_Done(step=step, case=case, trial=trial, reused=reused, at_ns=now_ns()))
        if len(self._over) >= TOGETHER:
            self.write()

    def _finish(self, recorder: Recorder, done: "_Done") -> None:
        step, trial, reused = done.step, done.trial, done.reused
        trail = step.trail
        assert trail is not None  # noqa: S101 - the caller knows
        for each in trail.steps:  # what heeded no cancellation
            if not each.end_ns:
                each.end_ns, each.error = step.end_ns, each.error or "canceled"
        subject = _subject(trail)
        found, passed = self._results.of(trial, content=trail.content)
        status = "pass" if passed else "fail"
        step.attributes[names.CASE_STATUS] = status
        self._done += 1
        if trial.failures:
            self._failed += 1
            step.error = trial.failures[0].kind
        if trial.reply is not None:
            step.attributes[names.REPLY_LATENCY] = trial.reply.latency_s
        if trial.reply is not None and reused == "batch":
            subject = batched(step, trial.reply)
        elif trial.reply is not None and reused == "store":
            step.attributes[names.TRIAL_REUSED] = True
        elif trial.reply is not None:
            searched = trail.trace_id in recorder.searched
            tell_reply(subject, done.case, trial.reply, searched=searched)
        events = [Scored(done.at_ns, trail.trace_id, subject.span_id, told) for told in found]
        self._sum(trail, trial, status=status)
        recorder.finished(trail, events)

    def write(self) -> None:
        """Work out and write what is complete: when there is time for it."""
        over, self._over = self._over, []
        if self._recorder is not None:
            try:
                for done in over:
                    self._finish(self._recorder, done)
                self._recorder.write()
            except Exception as error:  # noqa: BLE001 - a trial that was paid for is not lost to its trace
                self._recorder.broke(error)

    def end(self, result: RunResult | None, *, resumed: int | None) -> None:
        """The suite is over; without a result it was cut short."""
        if self._step is None:
            return
        self.write()
        step = self._step
        step.end_ns = now_ns()
        step.attributes |= {
            names.SUITE_NAME: self._name,
            names.TARGET: self._use,
            names.SUITE_FINGERPRINT: self._fingerprint,
            names.TRIALS: self._done,
            names.FAILED: self._failed,
            names.RESUMED: resumed,
        }
        if result is None:
            step.attributes[names.SUITE_STATUS] = "aborted"
            step.error = "interrupted"
            return
        step.attributes[names.SUITE_STATUS] = (
            "aborted" if result.stopped is not None else "failure" if self._failed else "success"
        )
        if result.stopped is not None:
            step.error = result.stopped.reason

    def _sum(self, trail: Trail, trial: Trial, *, status: str) -> None:
        assert self._recorder is not None  # noqa: S101 - the caller knows
        sums, suite = self._recorder.sums, (names.SUITE_NAME, self._name)
        for each in trail.steps:
            sums.call(each)
        sums.count(names.TRIALS_METRIC, (suite, (names.CASE_STATUS, status)))
        for kind in sorted({failure.kind for failure in trial.failures}):
            sums.count(names.FAILURES_METRIC, (suite, (names.FAILURE_KIND, kind)))


@dataclass(frozen=True, kw_only=True)
class _Done:
    """A trial that is over, since `at_ns` (nanoseconds since 1970)."""

    step: Step
    at_ns: int
    case: Case
    trial: Trial
    reused: Literal["store", "batch"] | None


UNRECORDED = SuiteRecord(None)


def _subject(trail: Trail) -> Step:
    """The step that scores speak of: the call of the application or of the model that answered; else the trial."""
    root = trail.steps[0]
    asked = [
        step
        for step in trail.steps
        if step.parent_id == root.span_id
        and step.attributes.get(names.OPERATION) in {names.CHAT, names.INVOKE_AGENT}
    ]
    return asked[-1] if asked else root
