"""Template file + variables → text, by Jinja in its sandbox. Never random, and nothing that was not committed.

A template is code of the repository, as trusted as a Python target of it: the sandbox keeps accidents in (a loop that
writes gigabytes, a reach into Python's insides), it is no wall against an attacker. Texts of a case are data: they are
filled in and never read as a template.
"""

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2 import Template as Compiled
from jinja2.meta import find_referenced_templates
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gate.model.case import Place
from gate.model.errors import Problem, UserError
from gate.targets.paths import file_inside, relative_inside

MAX_CHARACTERS = 10_000_000


class PromptTemplate:
    """A template with everything it includes, read and compiled once."""

    def __init__(self, path: str, *, root: Path, key: str) -> None:
        """Read `path` (relative to the root); `key` is the option that names it.

        Raises:
            UserError: no such file, one outside the root, a syntax error, an include that is missing or computed.
        """
        self.path = file_inside(path, root=root, key=key)
        self._loader = _Folder(root, Path(self.path).parent)
        self._environment = ImmutableSandboxedEnvironment(
            loader=self._loader,
            undefined=StrictUndefined,
            autoescape=False,  # a prompt is no HTML
        )
        self._environment.globals.pop("lipsum")  # these two are random: the same case must ask the same
        self._environment.filters.pop("random")
        self.files = _walk(self._environment, self._loader, Path(self.path).name)
        self._compiled = _compiled(self._environment, self._loader, Path(self.path).name)

    def render(self, variables: Mapping[str, Any]) -> str:
        """Variables → text.

        Raises:
            UserError: a variable that is missing, or anything else that fails, with the template's file and line.
        """
        pieces, size = [], 0
        try:
            for piece in self._compiled.generate(variables):
                pieces.append(piece)
                size += len(piece)
                if size > MAX_CHARACTERS:
                    raise OverflowError(f"it writes more than {MAX_CHARACTERS:,} characters")  # noqa: TRY301
        except Exception as error:  # noqa: BLE001 - an expression in a template may raise anything
            raise UserError(self._problem(error, variables)) from None
        return "".join(pieces)

    def _problem(self, error: Exception, variables: Mapping[str, Any]) -> Problem:
        place = Place(file=self.path, line=None)
        for frame in traceback.extract_tb(error.__traceback__):
            if (file := self._loader.paths.get(frame.filename)) is not None:
                place = Place(file=file, line=frame.lineno)
        return Problem(
            message=f"the template cannot be filled in: {error}",
            place=place,
            fix=f"variables of this case are: {', '.join(sorted(variables))}",
        )


class _Folder(BaseLoader):
    """Templates of one folder and below. `paths` maps an absolute file name to its path relative to the root."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.paths: dict[str, str] = {}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002
        inner = relative_inside(self.root / self.folder / template, root=self.root / self.folder)
        file = self.root / self.folder / template
        if inner is None or not file.is_file():
            raise TemplateNotFound(template)
        name = str(file)
        self.paths[name] = (self.folder / inner).as_posix()
        try:
            return file.read_text(encoding="utf-8"), name, None
        except UnicodeDecodeError as error:
            place = Place(file=self.paths[name])
            raise UserError(
                Problem(
                    message=f"this is not UTF-8 (byte {error.start})", place=place, fix="save it as UTF-8"
                )
            ) from None


def _walk(environment: Environment, loader: _Folder, name: str) -> tuple[str, ...]:
    """The template and everything it includes, imports or extends, as paths relative to the root."""
    seen: dict[str, str] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        source, file, _ = loader.get_source(environment, current)
        seen[current] = loader.paths[file]
        try:
            referenced = list(find_referenced_templates(environment.parse(source, current, file)))
        except TemplateSyntaxError as error:
            place = Place(file=seen[current], line=error.lineno)
            raise UserError(
                Problem(message=f"this is no valid template: {error.message}", place=place)
            ) from None
        for other in referenced:
            _require_known(other, loader, place=Place(file=seen[current]))
            if other is not None and other not in seen:
                waiting.append(other)
    return tuple(sorted(seen.values()))


def _require_known(name: str | None, loader: _Folder, *, place: Place) -> None:
    if name is None:
        raise UserError(
            Problem(
                message="an include whose name is computed hides what the prompt depends on",
                place=place,
                fix='name the file: {% include "parts/rules.txt" %}',
            )
        )
    folder = loader.root / loader.folder
    if relative_inside(folder / name, root=folder) is None or not (folder / name).is_file():
        raise UserError(
            Problem(
                message=f"it includes {name!r}, which is no file in {loader.folder.as_posix()}/ or below",
                place=place,
                fix="includes are read from the folder of the template",
            )
        )


def _compiled(environment: Environment, loader: _Folder, name: str) -> Compiled:
    try:
        return environment.get_template(name)
    except TemplateSyntaxError as error:  # what the parser lets through and the compiler refuses
        file = loader.paths.get(error.filename or "", name)
        raise UserError(
            Problem(
                message=f"this is no valid template: {error.message}",
                place=Place(file=file, line=error.lineno),
            )
        ) from None
