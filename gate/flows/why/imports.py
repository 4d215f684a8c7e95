"""The imports of a process → those of another commit: never a module of the user's working tree.

A package that is installed in place (`pip install -e .`) is found in the working tree wherever the application runs. Taken
for the commit's, it would make both sides of a comparison the same.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import gate
from gate.model.errors import Problem, UserError


class StrangerError(BaseException):
    """A module was about to be imported from the working tree. No `except ImportError` of an application may hide it."""


@dataclass(kw_only=True)
class Imports:
    """What is imported in a process that runs a commit: `home` is the user's repository, `top` the commit's folder."""

    home: Path
    top: Path
    _strangers: list[Problem] = field(default_factory=list)

    def look_there(self) -> None:
        """Lead every path into the user's repository to the commit instead, and refuse what is found there all the same."""
        moved = [self._there(path) for path in sys.path]
        leading = [new for new, old in zip(moved, sys.path, strict=True) if new != old]
        sys.path[:] = moved
        outer = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        inner = [path for path in map(self._there, outer) if path not in leading]
        if leading:  # for the processes that the application starts
            os.environ["PYTHONPATH"] = os.pathsep.join([*leading, *inner])
        sys.meta_path.insert(0, self)

    def require_none(self) -> None:
        """Refuse what a run came to in which a module of the working tree was asked for.

        Raises:
            UserError: with the modules.
        """
        if self._strangers:
            raise UserError(*self._strangers)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find; refused where that lies in the working tree."""
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                self._refuse(spec)
                return spec
        return None

    def _refuse(self, spec: ModuleSpec) -> None:
        place = Path(spec.origin).resolve() if spec.has_location and spec.origin else None
        if place is None or not self._is_users(place):
            return
        folder = place.parents[spec.name.count(".") + (place.name == "__init__.py")]
        message = f"the module {spec.name} would be imported from the working tree, and not from the commit"
        fix = f"it is installed in place: set PYTHONPATH={folder} for this command"
        self._strangers.append(Problem(message=message, value=str(place), fix=fix))
        raise StrangerError(message)

    def _there(self, path: str) -> str:
        place = Path(path).resolve()
        if not path or Path(gate.__file__).is_relative_to(place) or not self._is_users(place):
            return path
        return str(self.top / place.relative_to(self.home))

    def _is_users(self, place: Path) -> bool:
        """Whether it lies in the user's repository, and is neither installed into an environment there nor ours."""
        installed = place.is_relative_to(Path(sys.prefix).resolve()) or "site-packages" in place.parts
        ours = place.is_relative_to(Path(gate.__file__).parent) or place.is_relative_to(self.top)
        return place.is_relative_to(self.home) and not installed and not ours
