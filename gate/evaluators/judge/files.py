"""A file that an option names → its text, where it lies in the folder of gate.yaml and is one."""

import errno
from pathlib import Path


class NoSuchTextError(Exception):
    """Why there is no text: what stands there, in a few words, after "this"."""


def text_of(file: str, *, root: Path) -> str | None:
    """The text; None where nothing is there.

    Raises:
        NoSuchTextError: it lies outside the root, is no file (a pipe would be waited for), or cannot be read.
    """
    path = root / file
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise NoSuchTextError("lies outside the folder of gate.yaml")
        if path.exists() and not path.is_file():
            raise NoSuchTextError("is no file")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            return None  # a rubric's own text, most likely
        raise NoSuchTextError(f"cannot be read ({type(error).__name__})") from None
