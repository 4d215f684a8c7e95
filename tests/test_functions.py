"""References to users' functions: found safely, called in one way, and never able to end us in green."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.functions import load_function
from gate.model.errors import UserError


@pytest.fixture(autouse=True)
def _unchanged_imports() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_plain_function_runs_in_a_thread_and_an_async_one_on_the_loop(tmp_path: Path) -> None:
    write(
        tmp_path,
        "user_evals.py",
        "import threading\n"
        "def plain(*, input): return (input, threading.current_thread().name)\n"
        "async def on_loop(*, input): return (input, threading.current_thread().name)\n",
    )
    plain = load_function("user_evals.py:plain", tmp_path)
    on_loop = load_function("user_evals.py:on_loop", tmp_path)
    assert asyncio.run(plain(input=1)) == (1, "gate-user-function")
    assert asyncio.run(on_loop(input=2)) == (2, threading.current_thread().name)


def test_the_signature_tells_what_is_taken_and_what_is_required(tmp_path: Path) -> None:
    write(tmp_path, "user_sig.py", "def f(input, *, expected=None, **rest): return 1\n")
    function = load_function("user_sig.py:f", tmp_path)
    assert function.parameters == {"input", "expected", "**"}
    assert function.required == {"input"}
    assert function.file == "user_sig.py"


def test_a_file_in_a_package_can_import_its_siblings(tmp_path: Path) -> None:
    write(tmp_path, "user_pkg/__init__.py", "")
    write(tmp_path, "user_pkg/facts.py", "ANSWER = 42\n")
    write(
        tmp_path,
        "user_pkg/bot.py",
        "from .facts import ANSWER\nimport user_pkg.facts\ndef f(): return ANSWER\n",
    )
    assert asyncio.run(load_function("user_pkg/bot.py:f", tmp_path)()) == 42


def test_a_plain_script_folder_can_import_its_siblings(tmp_path: Path) -> None:
    write(tmp_path, "my-app/sibling_of_bot.py", "ANSWER = 7\n")
    write(tmp_path, "my-app/bot.py", "from sibling_of_bot import ANSWER\ndef f(): return ANSWER\n")
    assert asyncio.run(load_function("my-app/bot.py:f", tmp_path)()) == 7


def test_the_repository_cannot_shadow_the_standard_library_or_installed_packages(tmp_path: Path) -> None:
    write(tmp_path, "colorsys.py", "raise SystemExit(0)\n")
    write(tmp_path, "user_honest.py", "import colorsys\ndef f(): return colorsys.__file__\n")
    assert not asyncio.run(load_function("user_honest.py:f", tmp_path)()).startswith(str(tmp_path))


@pytest.mark.parametrize(
    "text", ["import sys\nsys.exit(0)\n", "raise ValueError('no')\n", "import not_there_at_all\n"]
)
def test_a_module_that_cannot_be_imported_is_the_users_problem_with_its_place(
    tmp_path: Path, text: str
) -> None:
    write(tmp_path, "user_broken.py", text)
    with pytest.raises(UserError, match=r"importing user_broken.py failed.*user_broken.py:\d"):
        load_function("user_broken.py:f", tmp_path)


def test_a_syntax_error_names_the_place_of_the_error_and_no_other(tmp_path: Path) -> None:
    write(tmp_path, "user_typo.py", "def f(:\n")
    with pytest.raises(UserError, match=r"SyntaxError: .* \(user_typo.py, line 1\) \(found") as refused:
        load_function("user_typo.py:f", tmp_path)
    assert "importlib" not in str(refused.value)


@pytest.mark.parametrize("color", ["def", "async def"])
def test_a_function_that_exits_is_an_exception_of_its_call(tmp_path: Path, color: str) -> None:
    write(tmp_path, "user_exit.py", f"import sys\n{color} f(): sys.exit(0)\n")
    with pytest.raises(RuntimeError, match=r"sys\.exit\(0\)"):
        asyncio.run(load_function("user_exit.py:f", tmp_path)())


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("nothing", "names no function"),
        ("absent.py:f", "there is no file absent.py"),
        ("../outside.py:f", "outside the folder"),
        ("no_such_package_here:f", "importing no_such_package_here failed"),
        ("user_names.py:g", "fix: name one of: f"),
        ("user_names.py:positional", "positional-only"),
    ],
)
def test_a_reference_that_leads_nowhere_says_what_to_mend(
    tmp_path: Path, reference: str, message: str
) -> None:
    text = (
        "def f(): return 1\ndef positional(a, /): return a\n"
        if "positional" in reference
        else "def f(): return 1\n"
    )
    write(tmp_path, "user_names.py", text)
    with pytest.raises(UserError, match=message):
        load_function(reference, tmp_path)


def test_two_repositories_with_a_file_of_the_same_name_keep_their_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, "user_same.py", f"def f(): return {name!r}\n")
    found = [asyncio.run(load_function("user_same.py:f", tmp_path / name)()) for name in ("one", "two")]
    assert found == ["one", "two"]
