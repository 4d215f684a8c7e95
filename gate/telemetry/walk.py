"""Environment and folder → the record of one walk, told at its end, whatever becomes of it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from time import gmtime, strftime

from gate.model.redaction import redacted, secrets_of
from gate.telemetry import names
from gate.telemetry.folder import Folder
from gate.telemetry.pipeline import pipeline
from gate.telemetry.recorder import Recorder, Teller
from gate.telemetry.settings import settings
from gate.telemetry.trail import new_id

_PACKAGE = "llm-regression-gate"


@contextmanager
def recorded(
    home: Path, environment: Mapping[str, str], *, verb: str, notice: Callable[[str], None]
) -> Iterator[Recorder]:
    """The record of one walk. `home` is the folder below which it is kept; `environment` says what is told, and where to.

    Left by an exception it has less time to send what is left.
    """
    wanted = settings(environment)
    for warning in wanted.warnings:
        notice(f"telemetry: {warning}")
    run_id, number = f"{new_id():016x}", version(_PACKAGE)
    secrets = secrets_of(environment) | {
        value for way in wanted.ways.values() for value in way.headers.values()
    }
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
    name = f"{strftime('%Y%m%dT%H%M%SZ', gmtime())}-{run_id[:8]}"
    recorder = Recorder(
        wanted,
        Teller(resource=resource, version=number, notice=notice, secrets=secrets),
        folder=Folder(home, name, told=notice) if wanted.kept else None,
    )
    recorder.run.name = f"gate {verb}"
    hurried = True
    try:
        yield recorder
        hurried = False
    finally:
        recorder.close(hurried=hurried)
