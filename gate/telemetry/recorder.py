"""What a walk does → its trace: the run, its suites, and each trial in a trace of its own, kept in files and sent on.

Nothing that goes wrong here is a failure of the run: it is told to the person in one sentence, once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pydantic import JsonValue

from gate.model.redaction import redact, redacted, shortened
from gate.model.verdict import Kind, Verdict
from gate.telemetry import names
from gate.telemetry.backend import NO_BACKEND, Backend
from gate.telemetry.encoding import (
    attributes_json,
    event_json,
    events_line,
    metrics_line,
    scope_json,
    span_json,
    spans_line,
)
from gate.telemetry.export import Exporter
from gate.telemetry.folder import EVENTS, METRICS, Folder
from gate.telemetry.passages import tells_passages
from gate.telemetry.reading import FILE
from gate.telemetry.scored import Scored
from gate.telemetry.settings import Settings
from gate.telemetry.sums import Sums
from gate.telemetry.trail import ForeignSpan, Step, Trail, new_id, now_ns

TOGETHER = 200  # traces that may wait to be written
_HALF = 64  # bits of a trace's id: the upper half is the run's own


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Who tells: the attributes of its resource, its version, whom it gives a sentence, and what must appear nowhere."""

    resource: Mapping[str, str]
    version: str
    notice: Callable[[str], None]
    secrets: frozenset[str] = frozenset()


class Recorder:
    """The record of one walk. Trials are finished on one thread; spans of applications come from any."""

    def __init__(
        self, wanted: Settings, teller: Teller, *, folder: Folder | None, backend: Backend = NO_BACKEND
    ) -> None:
        self.wanted, self.sums = wanted, Sums()
        self._teller, self._folder, self._backend = teller, folder, backend
        self._exporter = (
            Exporter(wanted, resource=dict(teller.resource), version=teller.version) if wanted.ways else None
        )
        self._resource, self._scope = (
            attributes_json(teller.resource),
            scope_json(names.SCOPE, teller.version),
        )
        self._prefix = new_id()
        self.searched: set[int] = set()  # the traces in which the application told of its search itself
        self._waiting: list[tuple[Trail, Sequence[Scored]]] = []
        self.run = self.begun("gate", trail=self.trail())

    @property
    def tells(self) -> bool:
        """Whether anything is told of single trials."""
        return bool(self.wanted.kept)

    def ready(self) -> None:
        """A suite is about to run."""
        if self._exporter is not None:
            self._exporter.start()

    def trail(self) -> Trail:
        """A new trace of this run."""
        return Trail(trace_id=self._prefix << _HALF | new_id(), content=self.wanted.content)

    def begun(self, name: str, *, trail: Trail | None) -> Step:
        """A step that lasts until the run ends, or it is ended."""
        begun = Step(name, kind="internal", attributes={}, trail=trail)
        begun.span_id, begun.start_ns = new_id(), now_ns()
        if trail is not None:
            trail.steps.append(begun)
        return begun

    def conclude(self, verdict: Verdict, *, head: str | None, base: str | None) -> None:
        """What the walk came to, and the commits of both sides. Who looks for the steps of its trials finds them now."""
        self.write()
        kind, code = verdict.kind, verdict.exit_code
        result = "success" if code == 0 else "error" if kind is Kind.ERROR else "failure"
        told = {names.VERDICT: kind.value, names.EXIT: code, names.TASK_RESULT: result}
        self.run.attributes |= told
        self.run.attributes |= {names.VCS_HEAD_REVISION: head, names.VCS_BASE_REVISION: base}
        if code:
            self.run.fail(kind.value.replace(" ", "_"))
        self.sums.count(names.VERDICT_METRIC, ((names.VERDICT, kind.value),))

    def broke(self, error: Exception) -> None:
        """Something of ours went wrong: nothing more is told, and nothing else depends on it."""
        self.wanted = Settings()
        text = shortened(redact(f"{type(error).__name__}: {error}", secrets=self._teller.secrets))
        self._teller.notice(f"telemetry: a bug of gate's ended it ({text}); nothing else depends on it")

    def add(self, spans: Sequence[ForeignSpan]) -> int:
        """Take spans of the application, from any thread. How many belong to a trial of this run; the others are refused."""
        own = [span for span in spans if span.trace_id >> _HALF == self._prefix]
        self.searched |= {span.trace_id for span in own if tells_passages(span)}
        if own and "traces" in self.wanted.kept:
            try:
                self._take([self._clean(span) for span in own])
            except Exception as error:  # noqa: BLE001 - what an application tells can end no run
                self.broke(error)
        return len(own)

    def finished(self, trail: Trail, events: Sequence[Scored]) -> None:
        """A trace is complete, with what was found of it. It is written by `write`, or when many wait."""
        if trail.left_out:
            trail.steps[0].attributes[names.SPANS_LEFT_OUT] = trail.left_out
        self._backend.finished(trail, events, sent=self.wanted.sends(trail.trace_id))
        if self._exporter is not None:
            if "traces" in self.wanted.kept:
                self._exporter.put("traces", trail.steps)
            if "logs" in self.wanted.kept:
                self._exporter.put("logs", events)
        self._waiting.append((trail, events))
        if len(self._waiting) >= TOGETHER:
            self.write()

    def write(self) -> None:
        """Write what is complete. To be called when there is time: it takes longer than all else here."""
        waiting, self._waiting = self._waiting, []
        if self._folder is None or not waiting:
            return
        if "traces" in self.wanted.kept:
            spans = [span_json(step) for trail, _ in waiting for step in trail.steps]
            self._folder.write(FILE, spans_line(self._resource, self._scope, spans))
        if "logs" in self.wanted.kept and (
            events := [event_json(each) for _, found in waiting for each in found]
        ):
            self._folder.write(EVENTS, events_line(self._resource, self._scope, events))

    def close(self, *, hurried: bool = False) -> None:
        """Tell the run itself, write what is left, and send it within a limit. Of a walk that ran nothing nothing is told."""
        try:
            self._close(hurried=hurried)
        except Exception as error:  # noqa: BLE001 - the verdict stands already
            self.broke(error)

    def _close(self, *, hurried: bool) -> None:
        run = self.run
        if run.trail is None or len(run.trail.steps) == 1:
            return
        run.end_ns = now_ns()
        for step in run.trail.steps:
            step.end_ns = step.end_ns or run.end_ns
        self.finished(run.trail, ())
        metrics = self.sums.told() if "metrics" in self.wanted.kept else []
        self.write()
        if self._folder is not None:
            if metrics:
                self._folder.write(METRICS, metrics_line(self._resource, self._scope, metrics))
            self._folder.close()
        if self._exporter is not None and (sentence := self._exporter.close(metrics, hurried=hurried)):
            self._teller.notice(sentence)
        if not hurried and (sentence := self._backend.close()):
            self._teller.notice(sentence)

    def _take(self, spans: Sequence[ForeignSpan]) -> None:
        if self._folder is not None:
            for line in _lines(spans):
                self._folder.write(FILE, line)
        if self._exporter is not None:
            self._exporter.put("traces", spans)

    def _clean(self, span: ForeignSpan) -> ForeignSpan:
        """Without credentials: an application may tell its own key."""
        secrets = self._teller.secrets
        return replace(
            span,
            name=redact(span.name, secrets=secrets),
            attributes=_redacted(span.attributes, secrets),
            resource=_redacted(span.resource, secrets),
            scope=redact(span.scope, secrets=secrets),
            error=None if span.error is None else redact(span.error, secrets=secrets),
            events=tuple(
                (at, redact(name, secrets=secrets), _redacted(attributes, secrets))
                for at, name, attributes in span.events
            ),
        )


def _redacted(attributes: Mapping[str, JsonValue], secrets: frozenset[str]) -> dict[str, JsonValue]:
    clean = redacted(dict(attributes), secrets=secrets)
    return clean if isinstance(clean, dict) else {}


def _lines(spans: Sequence[ForeignSpan]) -> list[str]:
    """Spans that were told by one application in one go share a line."""
    groups = groupby(spans, key=lambda span: (attributes_json(span.resource), scope_json(span.scope)))
    return [
        spans_line(resource, scope, [span_json(span) for span in group], ours=False)
        for (resource, scope), group in groups
    ]
