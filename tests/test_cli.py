"""The door: help, misspellings, and a word and a code of its own for each kind of ending."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gate.cli import VERBS
from gate.cli.endings import ending_of
from gate.model.case import Place
from gate.model.errors import EvaluationError, InterruptedRunError, Problem, UserError


def gate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "gate", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=environment, timeout=60
    )


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            UserError(Problem(message="wrong", place=Place(file="gate.yaml", line=3), fix="mend it")),
            2,
            "gate.yaml:3",
        ),
        (click.UsageError("no such option"), 2, "no such option"),
        (EvaluationError("provider down"), 4, "provider down"),
        (InterruptedRunError("3 kept"), 130, "3 kept"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (ZeroDivisionError("oops"), 70, "This is a bug in gate"),
        (SystemExit(0), 70, "This is a bug in gate"),
    ],
)
def test_every_ending_has_its_code_and_its_words(error: BaseException, code: int, text: str) -> None:
    ending = ending_of(error)
    assert ending.exit_code == code
    assert text in ending.text


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_opens_with_what_it_does(verb: str, tmp_path: Path) -> None:
    done = gate(verb, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Usage: gate {verb}")


def test_the_help_lists_every_verb_and_every_exit_code(tmp_path: Path) -> None:
    text = gate("--help", cwd=tmp_path).stdout
    assert all(f"\n  {verb} " in text for verb in VERBS)
    assert all(f"\n {code:>4}  " in text for code in (0, 1, 2, 3, 4, 70, 130))


@pytest.mark.parametrize("arguments", [(), ("cache",), ("calibrate",)])
def test_a_command_that_is_not_complete_is_answered_with_the_help_alone(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = gate(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == gate(*arguments, "--help", cwd=tmp_path).stdout


def test_a_misspelt_verb_is_answered_with_the_nearest(tmp_path: Path) -> None:
    done = gate("chekc", cwd=tmp_path)
    assert done.returncode == 2
    assert "Did you mean `check`?" in done.stderr


def test_a_missing_config_says_how_to_write_one(tmp_path: Path) -> None:
    done = gate("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "gate init" in done.stderr


def test_a_reader_who_goes_away_changes_no_verdict(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, "-m", "gate", "schema"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors


@pytest.mark.parametrize("shadow", ["json.py", "click.py", "gate.py", "yaml.py"])
def test_a_repository_cannot_shadow_our_imports(tmp_path: Path, shadow: str) -> None:
    (tmp_path / shadow).write_text("raise SystemExit(0)\n")
    script = Path(sys.executable).with_name("gate")
    done = subprocess.run(
        [script, "validate"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "gate init" in done.stderr


def test_one_results_file_for_several_suites_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    gate("init", cwd=tmp_path)
    target = '{use: python, with: {function: "gate_target.py:answer"}}'
    suite = f"{{cases: cases/first.jsonl, target: {target}, evaluators: [contains]}}"
    (tmp_path / "gate.yaml").write_text(f"version: 1\nsuites:\n  a: {suite}\n  b: {suite}\n")
    for verb in ("run", "check"):
        done = gate(verb, "-o", "out.json", cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("several suites cannot share one results file")
    assert not (tmp_path / ".gate").exists()
    one = gate("run", "a", "-o", "out.json", cwd=tmp_path)
    assert one.returncode == 0, one.stderr
