"""Bad days: foreign code that prints, exits and moves about, closed streams, awkward git, and heads that lower the bar."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.model.files import load_results
from tests.walks.project import Project, accepted, make_project

ONE = {"accept": 1, "check": 1, "most": 1}


def shell(project: Project, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of sh in which `$GATE` is the real command line."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "GATE": f"{sys.executable} -m gate",
    }
    return subprocess.run(
        ["sh", "-c", line],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment,
    )


def application(root: Path, body: str) -> Project:
    project = make_project(root, cases=6, trials=ONE, depends_on=None)
    project.write("app.py", f"import atexit, os, sys\n{body}\n")
    return project


def answering(line: str) -> str:
    return f'def answer(input, case):\n    {line}\n    return "right"'


@pytest.mark.parametrize(
    "body",
    [
        answering("os._exit(0)"),
        "os._exit(0)",
        "atexit.register(os._exit, 0)\n" + answering("pass"),
    ],
    ids=["answering", "imported", "at the end"],
)
def test_code_that_ends_the_process_never_ends_it_in_green(tmp_path: Path, body: str) -> None:
    done = application(tmp_path, body).gate("run")
    assert done.code == 4, done.text
    assert "os._exit(0)" in done.err


def test_a_process_that_was_forked_may_end_as_it_likes(tmp_path: Path) -> None:
    fork = answering("child = os.fork()\n    child or os._exit(3)\n    status = os.waitpid(child, 0)[1]")
    done = application(tmp_path, fork.replace('"right"', "str(os.waitstatus_to_exitcode(status))")).gate(
        "run", "-o", "-"
    )
    assert done.code == 0, done.text
    assert {t.reply.output for t in load_results(done.out, "-").trials if t.reply} == {"3"}


@pytest.mark.parametrize(
    "line",
    [
        'print("noise"); os.write(1, b"noise")',
        "sys.stdout = None",
        "sys.stdout.close()",
        "sys.stderr.close()",
        "os.close(1) if case.id == 'case-000' else None",
        "os.chdir('/')",
    ],
)
def test_code_that_prints_closes_or_moves_leaves_every_document_whole_and_in_its_place(
    tmp_path: Path, line: str
) -> None:
    done = application(tmp_path, answering(line)).gate("run", "-o", "kept.json")
    assert done.code == 0, done.text
    assert done.out.startswith("s: 6 trials")
    assert "noise" not in done.out
    assert len(load_results((tmp_path / "kept.json").read_text(), "kept.json").trials) == 6


@pytest.mark.parametrize("error", ["KeyboardInterrupt()", "GeneratorExit()", "BaseException('odd')"])
def test_whatever_a_function_raises_is_a_failed_trial_and_no_bug_of_ours(tmp_path: Path, error: str) -> None:
    done = application(tmp_path, answering(f"raise {error}")).gate("run")
    assert done.code == 4, done.text
    assert "6/6 trials, 6 failed" in done.err
    assert "Traceback" not in done.text


def test_a_module_that_raises_what_is_no_exception_is_the_users_to_mend(tmp_path: Path) -> None:
    done = application(tmp_path, "raise BaseException('odd')").gate("validate")
    assert done.code == 2, done.text
    assert "importing app.py failed" in done.err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-", "2>/dev/full"])
def test_closed_streams_change_no_verdict(tmp_path: Path, closed: str) -> None:
    done = shell(application(tmp_path, answering("pass")), f"$GATE run -o kept.json {closed}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(load_results((tmp_path / "kept.json").read_text(), "kept.json").trials) == 6


def test_a_full_disk_behind_standard_output_is_said_and_costs_no_trial(tmp_path: Path) -> None:
    project = application(tmp_path, answering("pass"))
    done = shell(project, "$GATE run >/dev/full")
    assert done.returncode == 2, done.stderr
    assert "standard output cannot be written" in done.stderr
    assert "6 of them kept" in project.gate("run").err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "gate.yaml"), "this file is read"),
        (("-o", "cases.jsonl"), "this file is read"),
        (("-o", "sub/../gate.yaml"), "this file is read"),
        (("-o", "link.yaml"), "this file is read"),
        (("--json", "app.py"), "this file is read"),
        (("--json", "x", "--junit", "x"), "another document"),
        (("-o", "-", "--json", "-"), "another document"),
        (("-o", "base.json"), "this is a baseline"),
        (("--json", ""), "empty"),
    ],
)
def test_a_document_never_overwrites_the_config_its_cases_a_baseline_or_another(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    project = application(tmp_path, "raise SystemExit('never imported')")
    project.write("base.json", '{\n"gate_baseline": 1,\n')
    (project.root / "sub").mkdir()
    (project.root / "link.yaml").symlink_to("gate.yaml")
    before = [project.read(name) for name in ("gate.yaml", "cases.jsonl", "base.json")]
    done = project.gate("check", *arguments)
    assert done.code == 2, done.text
    assert message in done.err
    assert [project.read(name) for name in ("gate.yaml", "cases.jsonl", "base.json")] == before


def test_a_comparison_is_not_written_over_what_it_compares(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=6, trials=ONE)
    project.gate("run", "-o", "kept.json")
    sides = ("--current", "kept.json", "--baseline", "baselines/s.json")
    for name in ("kept.json", "baselines/s.json"):
        before = project.read(name)
        done = project.gate("compare", *sides, "--json", name)
        assert done.code == 2, done.text
        assert project.read(name) == before


def test_a_folder_that_is_gone_or_cannot_be_written_is_no_bug_of_ours(tmp_path: Path) -> None:
    project = Project(tmp_path)
    gone = shell(project, "mkdir gone; cd gone; rmdir ../gone; $GATE check; echo $?")
    assert gone.stdout == "2\n", gone.stderr
    absent = project.gate("init", "/proc/no-such-folder")
    assert absent.code == 2, absent.text


@pytest.mark.parametrize("threshold", ["nan", "inf", "1e308"])
def test_a_threshold_is_a_number_that_a_drop_could_have(tmp_path: Path, threshold: str) -> None:
    done = Project(tmp_path).gate("compare", "--current", "a", "--baseline", "b", "--threshold", threshold)
    assert done.code == 2, done.text
    assert "no drop that could be allowed" in done.err


def test_a_head_that_takes_fewer_draws_is_judged_with_those_of_the_base_and_named(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12, trials={"accept": 3, "check": 3, "most": 3})
    project.configure(trials={"accept": 3, "check": 1, "most": 1})
    done = project.gate("check", "--base", "main", "--json", "report.json")
    report = json.loads(project.read("report.json"))
    assert "12 cases, 3 draws each" in done.out
    assert {p["text"] for p in report["proposals"] if p["loosened"]} == {
        "suite s: trials.check goes from 3 to 1",
        "suite s: trials.most goes from 3 to 1",
    }


def test_a_git_hook_does_not_turn_us_to_another_repository(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    project = accepted(tmp_path / "ours", cases=12, trials=ONE)
    done = project.gate("check", "--base", "main", env={"GIT_DIR": str(tmp_path / "nothing")})
    assert "no regression found" in done.out, done.text


def test_a_link_for_a_baseline_is_named_as_one(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12, trials=ONE)
    (project.root / "baselines/s.json").rename(project.root / "baselines/real.json")
    (project.root / "baselines/s.json").symlink_to("real.json")
    project.commit("a link")
    done = project.gate("check", "--base", "main")
    assert done.code == 2, done.text
    assert "symbolic link" in done.out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"trials":1,', '"trials":1000000000,'),
        ('"trials":1,', '"errors":9,"trials":1,'),
        ('"trials":1,', '"abstentions":{"exact_match":1000000000},"trials":1,'),
        ('"trials":1,', '"abstentions":{"exact_match":-1},"trials":1,'),
    ],
)
def test_a_baseline_with_counts_that_cannot_be_is_broken(tmp_path: Path, old: str, new: str) -> None:
    project = make_project(tmp_path, cases=6, trials=ONE)
    case = {"id": "case-000", "key": "k", "trials": 1, "scores": {"exact_match": [1]}}
    text = json.dumps(case, separators=(",", ":")).replace(old, new)
    assert text.count(new) == 1
    project.write(
        "baselines/s.json", f'{{"gate_baseline":1,"suite":"s","metrics":{{}},"cases":[{text},null]}}'
    )
    done = project.gate("check")
    assert done.code == 2, done.text
    assert "Traceback" not in done.text


def test_a_baseline_without_metrics_is_nothing_to_be_judged_by(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=12, trials=ONE)
    assert project.gate("accept").code == 0
    baseline = project.read("baselines/s.json")
    start = baseline.index('"metrics": {') + len('"metrics": {')
    project.write("baselines/s.json", baseline[:start] + baseline[baseline.index("}", start) + 1 :])
    done = project.gate("check")
    assert done.code == 3, done.text
    assert "has no metric" in done.out


def test_a_value_too_large_to_be_summed_is_a_failure_that_an_accept_names(tmp_path: Path) -> None:
    graded = {"use": "python", "name": "graded", "with": {"function": "evals.py:graded", "kind": "measure"}}
    project = make_project(tmp_path, cases=6, trials=ONE, evaluators=[graded])
    project.write("evals.py", "def graded(response):\n    return 1e308\n")
    done = project.gate("accept")
    assert done.code == 2, done.text
    assert "case case-000 failed (bad_score): graded: 1e+308 is larger than" in done.err


@pytest.mark.parametrize("path", ["gate.yaml", "cases.jsonl", "app.py", ".git/config"])
def test_an_accept_writes_over_no_file_that_is_no_baseline(tmp_path: Path, path: str) -> None:
    project = make_project(tmp_path, cases=6, trials=ONE, baseline=path)
    before = project.read(path)
    done = project.gate("accept")
    assert done.code == 2, done.text
    assert "which is none" in done.err
    assert project.read(path) == before


def test_an_accept_replaces_a_baseline_with_conflict_markers(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=6, trials=ONE)
    project.write("baselines/s.json", '{\n"gate_baseline": 1,\n<<<<<<< HEAD\n')
    assert project.gate("accept").code == 0


def test_an_application_that_answers_with_its_own_key_does_not_publish_it(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=12)
    project.write(
        "app.py", "import os\ndef answer(input):\n    return 'the key is ' + os.environ['ACME_API_KEY']\n"
    )
    key = {"ACME_API_KEY": "canary-4711-canary"}
    project.gate("accept", env=key)
    done = project.gate("check", "--json", "r.json", "--markdown", "r.md", "-o", "results.json", env=key)
    written = [project.read(name) for name in ("r.json", "r.md", "results.json", "baselines/s.json")]
    assert "[redacted]" in written[2]
    assert not [text for text in (done.text, *written) if "canary-4711" in text]
    journal = (project.root / ".gate" / "store.sqlite").read_bytes()
    assert b"canary-4711" not in journal


def test_an_address_where_nobody_listens_ends_the_run_early(tmp_path: Path) -> None:
    target = {
        "use": "http",
        "with": {"url": "http://127.0.0.1:9/", "request": {"q": "{{ input }}"}, "output": "/a"},
    }
    project = make_project(tmp_path, cases=40, target=target)
    done = project.gate("run", "-o", "results.json")
    assert done.code == 4, done.text
    assert "none of 10 attempts got a connection" in " ".join(done.text.split())
