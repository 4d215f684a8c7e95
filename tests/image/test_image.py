"""Walks through the built image: the same verdict and bytes as on a laptop, and nothing of the workspace in its way."""

import json
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.image.engine import ENGINE, IMAGE, OWNER, SHADOWS, WORKSPACE, contain, give, owners
from tests.walks.project import Project, accepted, ids

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-bot"
PUBLISHED = "ghcr.io/llm-regression-gate/gate"
GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "docker.md").read_text()
REPORTS = ("--markdown", "out/report.md", "--json", "out/report.json", "--junit", "out/report.xml")
FILES = ("out/report.md", "out/report.json", "out/report.xml")


def inspected(field: str) -> Any:
    command = [ENGINE, "image", "inspect", IMAGE]
    (described,) = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return described["Config"].get(field)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository in which one answer in four has become wrong."""
    project = accepted(tmp_path)
    project.answer(ids(10), "wrong")
    project.commit("an edit that breaks ten cases")
    return project


def test_it_is_the_version_of_this_tree(tmp_path: Path) -> None:
    ended = contain(tmp_path, "--version")
    assert (ended.code, ended.text) == (0, f"gate {version('llm-regression-gate')}\n")


def test_github_decides_on_user_and_folder_and_the_entry_is_absolute() -> None:
    assert not inspected("User")
    assert inspected("WorkingDir") in (None, "", "/")
    assert inspected("Entrypoint") == ["/opt/gate/bin/gate"]


@pytest.fixture
def example(tmp_path: Path) -> Project:
    """The support bot of the examples, in a repository of its own."""
    shutil.copytree(
        EXAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".gate", "__pycache__")
    )
    project = Project(tmp_path)
    project.git("init", "-q", "-b", "main")
    project.commit("the example")
    return project


def same_bytes(project: Project, *, baseline: str, code: int) -> None:
    """Compare one results file on this machine and in the container."""
    assert project.gate("run", "-o", "results.json").code == 0
    command = ("compare", "--current", "results.json", "--baseline", baseline, *REPORTS)
    laptop = project.gate(*command)
    assert laptop.code == code, laptop.text
    reports = [(project.root / file).read_bytes() for file in FILES]
    shutil.rmtree(project.root / "out")
    container = contain(project.root, *command)
    assert (container.code, container.out) == (laptop.code, laptop.out)
    assert [(project.root / file).read_bytes() for file in FILES] == reports


def test_a_regression_is_reported_by_the_same_bytes_as_on_a_laptop(project: Project) -> None:
    same_bytes(project, baseline="baselines/s.json", code=1)


def test_the_example_is_reported_by_the_same_bytes_as_on_a_laptop(example: Project) -> None:
    same_bytes(example, baseline="baselines/support.json", code=0)


def test_the_example_passes_a_check(example: Project) -> None:
    ended = contain(example.root, "check", "--base", "main")
    assert (ended.code, ended.out.split(":")[0]) == (0, "PASS"), ended.text


MEASURED = {"duration_s", "latency_p50_s", "latency_p95_s", "throughput_per_s"}


def untimed(text: str) -> Any:
    """A report without the times that this very run took."""
    return json.loads(
        text, object_hook=lambda found: {key: found[key] for key in found if key not in MEASURED}
    )


def test_a_check_against_a_commit_gives_the_same_verdict_as_on_a_laptop(project: Project) -> None:
    command = ("check", "--base", "main~1", *REPORTS)
    laptop = project.gate(*command)
    report = project.read("out/report.json")
    shutil.rmtree(project.root / "out")
    shutil.rmtree(project.root / ".gate")  # so that the container runs it, and reuses nothing
    container = contain(project.root, *command)
    assert (laptop.code, container.code) == (1, 1), container.text
    assert untimed(project.read("out/report.json")) == untimed(report)


def test_a_check_asked_of_a_repository_that_belongs_to_somebody_else_reads_its_base(project: Project) -> None:
    give(project.root)
    ended = contain(project.root, "check", "--base", "main~1")
    assert ended.code == 1, ended.text
    assert "(main~1)" in ended.out


@pytest.mark.parametrize("verb", [("--version",), ("validate",), ("check", "--base", "main~1")], ids=" ".join)
def test_nothing_in_the_workspace_takes_the_place_of_a_module_of_ours(
    project: Project, verb: tuple[str, ...]
) -> None:
    expected = contain(project.root, *verb)
    for name, text in SHADOWS.items():
        project.write(name, text)
    environment = (
        "PYTHONPATH=.",
        f"PYTHONUSERBASE={WORKSPACE}",
        f"HOME={WORKSPACE}",
        "PYTHONHOME=",
        "PYTHONSTARTUP=json.py",
    )
    options = tuple(part for value in environment for part in ("--env", value))
    ended = contain(project.root, *verb, options=options)
    assert "SHADOWED" not in ended.text
    assert ended.code == expected.code
    assert ended.out.splitlines()[0] == expected.out.splitlines()[0]


def test_no_bytecode_of_root_is_left_in_the_workspace(project: Project) -> None:
    shutil.rmtree(project.root / "__pycache__", ignore_errors=True)  # that of the laptop's own run
    assert "REGRESSED" in contain(project.root, "check", "--base", "main~1").out
    assert not list(project.root.rglob("__pycache__"))


def test_as_the_calling_user_it_leaves_files_of_theirs(project: Project) -> None:
    give(project.root)
    ended = contain(
        project.root, "check", "--base", "main~1", *REPORTS, options=("--user", f"{OWNER}:{OWNER}")
    )
    assert "REGRESSED" in ended.out, ended.text
    assert project.read("out/report.md")
    assert owners(project.root) == {OWNER}


FLAGS = """
import pathlib
files = [path for root in ("/opt/gate", "/usr/local/lib") for path in pathlib.Path(root).rglob("*.pyc")]
files = [path for path in files if not str(path).startswith("/usr/local") or "site-packages" not in path.parts]
print(len(files) > 1000, {int.from_bytes(path.read_bytes()[4:8], "little") for path in files})
"""


def test_no_module_is_compiled_again_because_its_layer_was_copied(tmp_path: Path) -> None:
    ended = contain(tmp_path, "-c", FLAGS, options=("--entrypoint", "/usr/local/bin/python"))
    assert ended.out == "True {1}\n", ended.text  # PEP 552: by hash, unchecked


def test_what_is_installed_fits_together(tmp_path: Path) -> None:
    ended = contain(tmp_path, "check", options=("--entrypoint", "pip"))
    assert ended.code == 0, ended.text


def test_every_command_in_the_guide_runs(project: Project) -> None:
    commands = re.findall(r"^docker run (?:.*\\\n)*.*$", GUIDE, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        line = re.sub(rf"{PUBLISHED}:\S+", IMAGE, command).replace("--base main ", "--base main~1 ")
        ended = subprocess.run(
            ["bash", "-c", line.replace("docker", ENGINE, 1)],
            cwd=project.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == (1 if "check" in command else 0), ended.stdout + ended.stderr
    assert "Regressed" in project.read("report.md")


def test_an_application_is_installed_into_the_same_environment_as_the_guide_shows(project: Project) -> None:
    (dockerfile,) = re.findall(r"^```dockerfile\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    project.write("Dockerfile", re.sub(rf"{PUBLISHED}:\S+", IMAGE, dockerfile))
    project.write("requirements.txt", "iniconfig==2.1.0\n")
    project.write("app.py", "import iniconfig\n\n\ndef answer(input):\n    return 'right'\n")
    command = [ENGINE, "build", "--tag", "gate-with-an-application:test", str(project.root)]
    build = subprocess.run(command, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stdout + build.stderr
    assert "iniconfig" in contain(project.root, "check").text
    ended = contain(project.root, "check", image="gate-with-an-application:test")
    assert ended.code == 0, ended.text


def test_what_the_gate_cannot_work_with_is_not_installed_beside_it(tmp_path: Path) -> None:
    install = "pip install 'pydantic<2'; echo $?; pip check && gate --version"
    ended = contain(tmp_path, "-c", install, options=("--entrypoint", "sh"))
    assert "The user requested (constraint) pydantic" in ended.text
    assert ended.out.splitlines()[-3:] == [
        "1",
        "No broken requirements found.",
        f"gate {version('llm-regression-gate')}",
    ]
