"""An archive of unknown origin → the few files of it that were asked for. It writes nothing, and unpacks no more than told."""

import io
import zipfile
import zlib
from collections.abc import Collection

from gate.model.errors import Problem, UserError

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


def read_zip(content: bytes, *, names: Collection[str], limit_bytes: int) -> dict[str, bytes]:
    """The named files that are in it, unpacked, together at most `limit_bytes`. Its other files are not looked at.

    Raises:
        UserError: it is no archive, is broken or encrypted, names a file twice, or unpacks to more than the limit.
    """
    found: dict[str, bytes] = {}
    left = limit_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.filename not in names:
                    continue
                if info.filename in found:
                    raise UserError(_refused(f"it holds {info.filename} twice"))
                with archive.open(info) as file:
                    found[info.filename] = file.read(left + 1)
                left -= len(found[info.filename])
                if left < 0:
                    raise UserError(_refused(f"it unpacks to more than {limit_bytes} bytes"))
    except _BROKEN as error:
        raise UserError(_refused(f"it cannot be unpacked ({type(error).__name__})")) from None
    return found


def _refused(what: str) -> Problem:
    return Problem(
        message=f"the archive is not taken: {what}", fix="run the check again, so that it leaves a new one"
    )
