"""The demo keeps its promises on a machine with awkward git settings, and says so where it cannot."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "support-bot"
GIT_SETTINGS = """\
[init]
    defaultBranch = trunk
[commit]
    gpgSign = true
[gpg]
    program = /nonexistent/gpg
[core]
    hooksPath = /nonexistent/hooks
    autocrlf = true
"""
CANARY = "canary-that-must-appear-nowhere"


def _demo(example: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (home / "scratch").mkdir(parents=True)
    (home / ".gitconfig").write_text(GIT_SETTINGS, "utf-8")
    awkward = {
        "HOME": str(home),
        "TMPDIR": str(home / "scratch"),
        "GIT_DIR": "/nonexistent/repository",
        "ANTHROPIC_API_KEY": CANARY,
        "SUPPORT_BOT_MODEL": "claude-haiku-5-5",
    }
    return subprocess.run(
        [sys.executable, str(example / "demo.py"), *arguments],
        cwd=home,
        env={**os.environ, **awkward},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".gate")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(home: Path) -> str:
    done = _demo(EXAMPLE, home / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_harmless_edit_passes_and_the_harmful_one_is_caught_and_named(shown: str) -> None:
    harmless, harmful = shown.index("3. A harmless edit"), shown.index("4. An edit that breaks")
    assert "PASS" in shown[harmless:harmful]
    assert "REGRESSED" not in shown[harmless:harmful]
    assert "REGRESSED: states_the_fact" in shown[harmful:]
    assert "Exit code 1: category=refunds broke" in shown[harmful:]
    assert "All steps came out as promised" in shown


def test_the_judged_metric_is_told_to_be_recorded_and_given_by_no_model(shown: str) -> None:
    told = " ".join(shown.replace("\n  ", " ").split())
    assert "its verdicts are recorded, and no model gave them" in told
    assert (
        "next_step in support comes from recorded verdicts, given by: a stand-in by rules, no model." in told
    )


def test_the_comment_is_shown_within_eighty_columns(shown: str) -> None:
    comment = [line for line in shown.splitlines() if line.startswith("│")]
    assert any("**Regressed**" in line for line in comment)
    assert any("category=refunds" in line for line in comment)
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_what_is_piped_is_plain_and_holds_no_key(shown: str) -> None:
    assert not re.search(r"\x1b", shown)
    assert CANARY not in shown


def test_nothing_is_left_behind(shown: str, home: Path) -> None:
    assert shown
    assert list((home / "home" / "scratch").iterdir()) == []


def test_a_step_that_does_not_come_out_ends_the_demo_and_says_which(tmp_path: Path) -> None:
    example = _copy(tmp_path / "example")
    with (example / "gate.yaml").open("a", encoding="utf-8") as config:
        config.write("unheard_of: true\n")
    done = _demo(example, tmp_path / "home", "--keep")
    assert done.returncode == 1
    assert "`gate validate` ended with exit code 2, not 0" in " ".join(done.stdout.split())
    (kept,) = (tmp_path / "home" / "scratch").iterdir()
    assert (kept / "support-bot" / "gate.yaml").is_file()


def test_the_committed_baseline_is_what_the_bot_gives_today(tmp_path: Path) -> None:
    example = _copy(tmp_path / "example")
    accepted = subprocess.run(
        [sys.executable, "-P", "-m", "gate", "accept"],
        cwd=example,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert accepted.returncode == 0, accepted.stderr
    written = (example / "baselines" / "support.json").read_bytes()
    assert written == (EXAMPLE / "baselines" / "support.json").read_bytes()


def test_the_config_for_a_live_model_is_valid_without_a_key(tmp_path: Path) -> None:
    hidden = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gate", "validate", "-c", "gate.live.yaml"],
        cwd=_copy(tmp_path / "example"),
        env=hidden,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "haiku: 85 cases" in done.stdout
