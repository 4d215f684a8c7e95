"""Environment and folder → the record of one walk, told at its end, whatever becomes of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import gmtime, strftime

from gate.model.errors import InterruptedRunError
from gate.model.redaction import redacted, secret_values, secrets_of
from gate.telemetry import names
from gate.telemetry.backend import NO_BACKEND, Backend
from gate.telemetry.folder import Folder
from gate.telemetry.pipeline import pipeline
from gate.telemetry.presets import Preset, preset
from gate.telemetry.recorder import Recorder, Teller
from gate.telemetry.settings import Settings, settings
from gate.telemetry.trail import new_id

_PACKAGE = "llm-regression-gate"
_STOPPED = (InterruptedRunError, KeyboardInterrupt, SystemExit)


@contextmanager
def recorded(
    home: Path, environment: Mapping[str, str], *, verb: str, notice: Callable[[str], None]
) -> Iterator[Recorder]:
    """The record of one walk. `home` is the folder below which it is kept; `environment` says what is told, and where to.

    Left by an exception it has less time to send what is left, and sends no scores.
    """
    chosen = preset(environment)
    environment = chosen.laid_under(environment)
    wanted = settings(environment)
    for warning in (chosen.warning, *wanted.warnings):
        if warning:
            notice(f"telemetry: {warning}")
    run_id = f"{new_id():016x}"
    name = f"{strftime('%Y%m%dT%H%M%SZ', gmtime())}-{run_id[:8]}"
    recorder = Recorder(
        wanted,
        _teller(wanted, environment, run_id=run_id, notice=notice),
        folder=Folder(home, name, told=notice) if wanted.kept else None,
        backend=_backend(chosen, environment),
    )
    recorder.run.name = f"gate {verb}"
    try:
        yield recorder
    except BaseException as error:
        recorder.run.fail("interrupted" if isinstance(error, _STOPPED) else type(error).__name__)
        recorder.close(hurried=True)
        raise
    recorder.close()


def _teller(
    wanted: Settings, environment: Mapping[str, str], *, run_id: str, notice: Callable[[str], None]
) -> Teller:
    secrets = secrets_of(environment) | secret_values(
        value for way in wanted.ways.values() for value in way.credentials()
    )
    number = version(_PACKAGE)
    told = {
        **wanted.resource,
        "service.version": number,
        "telemetry.sdk.name": names.SCOPE,
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": number,
        names.RUN_ID: run_id,
        **pipeline(environment),
    }
    clean = redacted(dict(told), secrets=secrets)
    resource = {name: str(value) for name, value in clean.items()} if isinstance(clean, dict) else {}
    return Teller(resource=resource, version=number, notice=notice, secrets=secrets)


def _backend(chosen: Preset, environment: Mapping[str, str]) -> Backend:
    """What the chosen backend is told beside OTLP."""
    if chosen.backend is None:
        return NO_BACKEND
    from gate.telemetry.scores import Scores, destination  # noqa: PLC0415 - for those who chose a backend

    to = destination(chosen, environment)
    return Backend(name=chosen.backend.name, scores=Scores(to) if to is not None else None)
