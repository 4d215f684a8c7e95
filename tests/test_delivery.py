"""The image, the action, the workflows and the docs name one version, and the scripts of the release do what they say."""

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
IMAGE = "ghcr.io/llm-regression-gate/gate"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("examples/**/*.yml"))]
DIGEST = "sha256:" + "0123456789abcdef" * 4


def script(name: str, *arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(root / ".ci" / name), *arguments], capture_output=True, text=True, check=False, cwd=root
    )


# --- one version --------------------------------------------------------------------------------------------------------


def test_the_installed_version_is_that_of_pyproject() -> None:
    assert version("llm-regression-gate") == VERSION
    assert script("version").stdout.strip() == VERSION


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_wherever_the_image_is_named_it_is_of_this_version(page: Path) -> None:
    assert set(re.findall(rf"{IMAGE}:(\w+(?:\.\w+)*)", page.read_text())) <= {VERSION}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_wherever_the_action_is_used_it_is_of_this_version(page: Path) -> None:
    assert set(re.findall(r"llm-regression-gate/gate@v(\w+(?:\.\w+)*)", page.read_text())) <= {VERSION}


def test_the_changelog_of_a_version_becomes_its_release_notes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    log = "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [1.2.0] - 2026-12-01\n\n- new\n\n## [1.1.0]\n\n- old\n"
    (tmp_path / "CHANGELOG.md").write_text(log)
    assert script("release-notes", "1.2.0", root=tmp_path).stdout.strip() == "- new"
    assert script("release-notes", "1.2", root=tmp_path).returncode == 2
    assert script("release-notes", "1.3.0", root=tmp_path).returncode == 2


# --- the image ----------------------------------------------------------------------------------------------------------


def stages() -> list[list[str]]:
    """The instructions of each stage, without comments."""
    found: list[list[str]] = []
    for line in DOCKERFILE.replace("\\\n", "").splitlines():
        if line.startswith("FROM "):
            found.append([])
        if found and re.match(r"[A-Z]+ ", line):
            found[-1].append(line)
    return found


def test_every_stage_stands_on_the_one_base_that_a_release_pins() -> None:
    assert [stage[0].split()[1] for stage in stages()] == ["${PYTHON_IMAGE}"] * 3


def test_the_image_sets_no_user_and_no_folder_and_starts_by_an_absolute_path() -> None:
    words = [line.split()[0] for line in stages()[-1]]
    assert not {"USER", "WORKDIR", "VOLUME", "CMD"} & set(words)
    assert stages()[-1][-1] == 'ENTRYPOINT ["/opt/gate/bin/gate"]'


def test_what_the_image_is_built_from_is_let_through_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    copies = [line.split()[1:-1] for stage in stages() for line in stage if line.startswith("COPY ")]
    assert let_through == {name for names in copies for name in names if not name.startswith(("--", "/"))}
    assert "*" in lines


def test_every_requirement_of_the_image_and_the_build_is_locked_with_a_hash() -> None:
    for name in ("requirements.txt", "requirements-build.txt"):
        text = (ROOT / name).read_text().replace("\\\n", "")
        required = [line for line in text.splitlines() if re.match(r"[a-z]", line)]
        assert required
        assert [line for line in required if "--hash=sha256:" not in line] == []


def test_the_action_runs_the_image_of_its_own_commit_or_the_one_released_with_it() -> None:
    runs = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]
    assert runs["using"] == "docker"
    assert runs["args"] == ["action"]
    assert set(runs) == {
        "using",
        "image",
        "args",
    }  # an entry point of its own would pass by the one of the image
    assert runs["image"] == "Dockerfile" or re.fullmatch(
        rf"docker://{IMAGE}:{re.escape(VERSION)}@sha256:[0-9a-f]{{64}}", runs["image"]
    )


def test_the_release_finds_the_one_line_that_it_changes(tmp_path: Path) -> None:
    shutil.copy(ROOT / "action.yml", tmp_path / "action.yml")
    image = f"docker://{IMAGE}:{VERSION}@{DIGEST}"
    assert script("pin-image", image, str(tmp_path / "action.yml")).returncode == 0
    pinned = yaml.safe_load((tmp_path / "action.yml").read_text())
    assert pinned["runs"]["image"] == image


# --- the workflows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_grants_nothing_at_the_top_and_each_job_what_it_needs(path: Path) -> None:
    workflow: dict[str, Any] = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_of_others_is_pinned_by_its_commit_and_tells_its_version(path: Path) -> None:
    used = re.findall(r"^ +(?:- )?uses: (.*)$", path.read_text(), re.MULTILINE)
    assert used
    others = [line for line in used if not line.startswith("./ ")]
    assert [line for line in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_checkout_leaves_no_credentials(path: Path) -> None:
    for job in yaml.safe_load(path.read_text())["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"] == {"persist-credentials": False}


# --- the release commit -------------------------------------------------------------------------------------------------

ACTION = "name: gate\n# a remark\nruns:\n  using: docker\n  image: Dockerfile\n  args: [action]\n\n"


@pytest.mark.parametrize("image", [f"docker://{IMAGE}:1.2.0@{DIGEST}", "Dockerfile"])
def test_pinning_the_image_changes_one_line_of_the_action(tmp_path: Path, image: str) -> None:
    (tmp_path / "action.yml").write_text(ACTION)
    done = script("pin-image", image, str(tmp_path / "action.yml"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "action.yml").read_text() == ACTION.replace("Dockerfile", image)


@pytest.mark.parametrize(
    "image", ["", "gate:1", "docker://x y", f"docker://x@{DIGEST}0", "docker://x|e", "docker://X"]
)
def test_an_image_that_is_none_is_pinned_nowhere(tmp_path: Path, image: str) -> None:
    (tmp_path / "action.yml").write_text(ACTION)
    assert script("pin-image", image, str(tmp_path / "action.yml")).returncode != 0
    assert (tmp_path / "action.yml").read_text() == ACTION


GH = """#!/usr/bin/env bash
# Stands for GitHub's command line: keeps what it was asked, answers an id.
printf '%s\\n' "$*" >>"$ASKED"
case "$*" in
*git/blobs*) echo b10b ;;
*git/trees*) echo 7ree ;;
*git/commits*) echo c0de ;;
esac
"""


def test_the_tag_of_a_release_leads_to_a_commit_whose_action_runs_the_digest(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "action.yml").write_text(ACTION)
    (tmp_path / "CHANGELOG.md").write_text("## [1.2.0]\n\n- new\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD", "HEAD^{tree}"], cwd=tmp_path, check=True, capture_output=True
    )
    commit, tree = head.stdout.decode().split()
    environment = {
        "PATH": f"{tmp_path / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "ASKED": str(tmp_path / "asked"),
        "GITHUB_REPOSITORY": "o/r",
        "RUNNER_TEMP": str(tmp_path),
        "VERSION": "1.2.0",
        "IMAGE": IMAGE,
        "DIGEST": DIGEST,
        "PYTHON_IMAGE": "python:3@sha256:1",
    }
    subprocess.run(
        ["bash", tmp_path / ".ci" / "tag-release"], env=environment, check=True, capture_output=True
    )
    assert f"  image: docker://{IMAGE}:1.2.0@{DIGEST}\n" in (tmp_path / "action.yml").read_text()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[1] for line in asked[:4]] == [
        f"repos/o/r/git/{what}" for what in ("blobs", "trees", "commits", "refs")
    ]
    assert f"base_tree={tree}" in asked[1]
    assert "tree[][sha]=b10b" in asked[1]
    assert "tree=7ree" in asked[2]
    assert f"parents[]={commit}" in asked[2]
    assert "ref=refs/tags/v1.2.0 -f sha=c0de" in asked[3]
    assert asked[4].startswith("release create v1.2.0 ")
    notes = (tmp_path / "notes.md").read_text()
    assert notes.startswith("- new\n")
    assert "`uses: o/r@c0de # v1.2.0`" in notes
    assert f"`{IMAGE}:1.2.0@{DIGEST}`" in notes
