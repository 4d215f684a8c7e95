"""Reference → UserFunction: finds a user's Python function and makes it callable from the event loop.

Never puts the user's repository in front of installed packages: it is appended to `sys.path`, so that a file named
like a module of ours or of the standard library (`json.py`) cannot take its place.
"""

import asyncio
import contextvars
import importlib
import importlib.util
import inspect
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from gate.model.base import digest
from gate.model.errors import Problem, UserError

_FORMS = "write it as `path/to/file.py:function` or `package.module:function`"


@dataclass(frozen=True, kw_only=True)
class LoadedFunction:
    """A user's function with what its signature says."""

    function: Callable[..., Any]
    parameters: frozenset[str]
    required: frozenset[str]
    file: str | None

    async def __call__(self, **arguments: Any) -> Any:
        """Call it: an `async def` on the loop, a plain `def` in a thread of its own."""
        try:
            if inspect.iscoroutinefunction(self.function):
                return await self.function(**arguments)
            value = await _in_thread(self.function, arguments)
            return await value if inspect.isawaitable(value) else value
        except SystemExit as error:  # a function that calls sys.exit(0) must not end us in green
            raise RuntimeError(f"it called sys.exit({error.code!r})") from error
        except (Exception, asyncio.CancelledError, KeyboardInterrupt):
            raise
        except BaseException as error:  # what a function of a user raises is its failure, never ours
            raise RuntimeError(f"{type(error).__name__}: {error}") from error


def load_function(reference: str, root: Path) -> LoadedFunction:
    """`path/to/file.py:name` (relative to the root) or `package.module:name` → the function.

    Raises:
        UserError: the reference is malformed, its module cannot be found or imported, or it names no function.
    """
    module_name, _, name = reference.rpartition(":")
    if not module_name or not name:
        raise _problem(reference, "this names no function", fix=_FORMS)
    module = _import(module_name, reference, root)
    function: Any = module
    for part in name.split("."):
        function = getattr(function, part, None)
    if not callable(function):
        found = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise _problem(
            reference,
            f"{module_name} has no function {name!r}",
            fix=f"name one of: {', '.join(sorted(found))}" if found else f"define {name!r} there",
        )
    return _described(function, reference, root)


def _described(function: Callable[..., Any], reference: str, root: Path) -> LoadedFunction:
    kinds = inspect.Parameter
    try:
        signature = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        raise _problem(reference, "its signature cannot be read", fix="wrap it in a plain `def`") from None
    if any(p.kind is kinds.POSITIONAL_ONLY and p.default is kinds.empty for p in signature):
        raise _problem(reference, "it takes positional-only arguments", fix="arguments are given by keyword")
    named = {p.name: p for p in signature if p.kind in {kinds.KEYWORD_ONLY, kinds.POSITIONAL_OR_KEYWORD}}
    anything = {"**"} if any(p.kind is kinds.VAR_KEYWORD for p in signature) else set()
    source = inspect.getsourcefile(inspect.unwrap(function)) if inspect.isroutine(function) else None
    return LoadedFunction(
        function=function,
        parameters=frozenset(named) | anything,
        required=frozenset(name for name, p in named.items() if p.default is kinds.empty),
        file=_inside(Path(source), root) if source else None,
    )


def _inside(path: Path, root: Path) -> str | None:
    """The path relative to the root with `/`, or None where it lies outside (or in an environment inside it)."""
    path, root = path.resolve(), root.resolve()
    if not path.is_relative_to(root) or "site-packages" in path.parts:
        return None
    return path.relative_to(root).as_posix()


def _import(module_name: str, reference: str, root: Path) -> ModuleType:
    is_file = module_name.endswith(".py")
    path = (root / module_name).resolve() if is_file else None
    if path is not None and not path.is_relative_to(root.resolve()):
        raise _problem(reference, f"{module_name} lies outside the folder of gate.yaml", fix="move it inside")
    if path is not None and not path.is_file():
        raise _problem(
            reference, f"there is no file {module_name}", fix=f"create it, or mend the path; {_FORMS}"
        )
    for folder in (root.resolve(), path.parent if path else root.resolve()):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    try:
        return _by_path(path, root) if path is not None else importlib.import_module(module_name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module that calls sys.exit(0) must not end us in green
        where = _last_place(error, root)
        raise _problem(
            reference,
            f"importing {module_name} failed: {type(error).__name__}: {error}{where}",
            fix="mend the import, or install what it needs into the environment that gate runs in",
        ) from error


def _by_path(path: Path, root: Path) -> ModuleType:
    """Import a file by its dotted name where that leads to it (so that its relative imports work), else by its path."""
    parts = path.relative_to(root.resolve()).with_suffix("").parts
    dotted = ".".join(parts)
    if all(part.isidentifier() for part in parts):
        spec = _spec(dotted)
        if spec is not None and spec.origin is not None and Path(spec.origin).resolve() == path:
            module = importlib.import_module(dotted)
            if module.__file__ and Path(module.__file__).resolve() == path:
                return module
    name = f"gate_user_{digest(str(path))}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _spec(dotted: str) -> Any:
    try:
        return importlib.util.find_spec(dotted)
    except (ImportError, ValueError, AttributeError):
        return None


def _last_place(error: BaseException, root: Path) -> str:
    """` (file:line)` of the deepest frame in the user's own files; a syntax error names its place itself."""
    if isinstance(error, SyntaxError):
        return ""
    places = [
        f" ({inside}:{frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
        if (inside := _inside(Path(frame.filename), root)) is not None
    ]
    return places[-1] if places else ""


async def _in_thread(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Run it in a daemon thread: a call that hangs after its timeout must not keep the process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def finish(value: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)

    def work() -> None:
        value: Any = None
        error: BaseException | None = None
        try:
            value = context.run(function, **arguments)
        except BaseException as raised:  # noqa: BLE001 - it belongs to the waiting caller, whatever it is
            error = _settable(raised)
        try:
            loop.call_soon_threadsafe(finish, value, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    threading.Thread(target=work, daemon=True, name="gate-user-function").start()
    return await done


def _settable(raised: BaseException) -> BaseException:
    """What may be set on a future. A KeyboardInterrupt is no Ctrl-C here: only the main thread hears of that."""
    plain = isinstance(raised, Exception | SystemExit | asyncio.CancelledError)
    if plain and not isinstance(raised, StopIteration):
        return raised
    return RuntimeError(f"{type(raised).__name__}: {raised}")


def _problem(reference: str, message: str, *, fix: str) -> UserError:
    return UserError(Problem(message=message, key="function", value=reference, fix=fix))
