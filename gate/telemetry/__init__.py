"""What a run did → spans: who called what, when, and how it ended. Nothing here changes a score, a verdict or a report.

For code that calls an application, or hears of its spans, this is the whole of it:

- Each trial has a trace of its own. `current_traceparent()` is the W3C `traceparent` of the step that is open where it is
  called (`00-<32 hex>-<16 hex>-01`), to be handed to the application; None where nothing is traced. It follows the
  context: ask for it on the event loop, inside the call of the target.
- `with step(name, kind=..., attributes=...) as it:` opens a step below that one. `it.attributes[...] = value` adds to it,
  `it.fail("timeout")` says why it failed. Outside of a trial it costs nothing and leaves nothing.
- `Recorder.add(spans)` takes spans of the application (`ForeignSpan`), from any thread, also after their trial is over. Those
  whose trace is not a trial of this run are refused; it returns how many were taken.
- `gate.telemetry.reading.spans_of(lines)` reads them back as `gate.model.span.Span`.
"""

from gate.telemetry.trail import ForeignSpan, Step, current_traceparent, step

__all__ = ["ForeignSpan", "Step", "current_traceparent", "step"]
