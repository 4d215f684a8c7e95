"""No data never passes: every way to fail open, one by one, through the whole pipe."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.model.files import load_baseline
from tests.walks.project import Project, accepted, ids, make_project


def edit_baseline(project: Project, change: Callable[[str], str]) -> None:
    project.write("baselines/s.json", change(project.read("baselines/s.json")))


def refused(project: Project, code: int, message: str, *arguments: str) -> None:
    done = project.gate(*(arguments or ("check",)))
    assert done.code == code, done.text
    assert message in done.text, done.text
    assert "Traceback" not in done.text


def test_no_baseline(tmp_path: Path) -> None:
    refused(make_project(tmp_path), 2, "there is no baselines/s.json")


def test_no_baseline_at_the_base_though_the_head_brings_one(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    project.gate("accept")
    refused(project, 2, "there is no baselines/s.json at main", "check", "--base", "main")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: "", "empty"),
        (lambda text: text[: len(text) // 2], "not JSON"),
        (lambda text: text.replace("[1,1,1,1,1]", "[NaN,1,1,1,1]", 1), "NaN"),
        (lambda text: text.replace("[1,1,1,1,1]", "[2,1,1,1,1]", 1), "case-000"),
        (lambda text: "<<<<<<< HEAD\n" + text, "conflict markers"),
        (lambda _: "{}", "gate_baseline"),
    ],
    ids=["empty", "cut", "nan", "out of range", "conflict", "other"],
)
def test_a_corrupt_baseline(tmp_path: Path, change: Callable[[str], str], message: str) -> None:
    project = accepted(tmp_path)
    edit_baseline(project, change)
    refused(project, 2, message)


def test_the_baseline_of_another_suite(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    edit_baseline(project, lambda text: text.replace('"suite": "s"', '"suite": "other"'))
    refused(project, 2, "other")


def test_zero_cases(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.write("cases.jsonl", "")
    refused(project, 2, "cases.jsonl")


def test_a_baseline_with_zero_cases(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    edit_baseline(project, lambda text: text[: text.index('"cases": [')] + '"cases": [\nnull\n]\n}\n')
    refused(project, 2, "no case")


def test_a_removed_case(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.cases(ids(40)[1:])
    done = project.gate("check", "--base", "main")
    assert done.code != 0, done.text
    assert "case-000" in done.text


def test_a_removed_evaluator(tmp_path: Path) -> None:
    project = accepted(
        tmp_path, evaluators=["exact_match", {"use": "contains", "with": {"values": ["right"]}}]
    )
    project.configure(evaluators=["exact_match"])
    done = project.gate("check", "--base", "main")
    assert done.code != 0, done.text
    assert "contains" in done.text


def test_a_metric_that_vanished_from_a_users_evaluator(tmp_path: Path) -> None:
    evaluators = [{"use": "python", "name": "graded", "with": {"function": "evals.py:graded"}}]
    project = accepted(tmp_path, evaluators=evaluators)
    edit_baseline(
        project,
        lambda text: text.replace(
            '"metrics": {\n', '"metrics": {\n"gone": {"kind":"binary","name":"gone"},\n'
        ),
    )
    done = project.gate("check")
    assert done.code != 0, done.text
    assert "gone" in done.text


def test_all_trials_failed(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.answer(ids(40), "raise")
    refused(project, 4, "failed")


def test_a_first_run_in_which_all_failed_blames_no_gate_for_it(tmp_path: Path) -> None:
    evaluators = [{"use": "python", "name": "graded", "with": {"function": "evals.py:graded"}}]
    project = make_project(tmp_path, cases=12, evaluators=evaluators, gates={"graded": {"min": 0.5}})
    project.answer(ids(12), "raise")
    done = project.gate("check")
    assert "all 12 trials of s failed" in done.out
    assert "Correct the name" not in done.text


def test_a_few_failed_trials_are_errors_and_no_scores(tmp_path: Path) -> None:
    project = accepted(tmp_path, trials={"accept": 5, "check": 1, "most": 1})
    project.answer(ids(6), "raise")
    done = project.gate("check", "--json", "report.json")
    diffs = {d["metric"]: d for d in json.loads(project.read("report.json"))["verdict"]["suites"][0]["diffs"]}
    assert done.code == 1, done.text
    assert diffs["error_rate"]["kind"] == "regressed"
    assert diffs["exact_match"]["head"] == 1


def test_a_nan_out_of_an_evaluator_is_a_failure_and_no_score(tmp_path: Path) -> None:
    evaluators = [{"use": "python", "name": "graded", "with": {"function": "evals.py:graded"}}]
    project = accepted(tmp_path, evaluators=evaluators)
    project.answer(ids(40), "nan")
    refused(project, 4, "bad_score")


def test_an_unknown_config_key(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.configure(gatez={})
    refused(project, 2, "did you mean")


def test_a_gate_on_a_metric_that_does_not_exist(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.configure(gates={"exact_mach": {"min": 0.5}})
    refused(project, 2, "exact_match")


@pytest.mark.parametrize("ref", ["no-such-branch", ""])
def test_an_unresolvable_base(tmp_path: Path, ref: str) -> None:
    refused(accepted(tmp_path, cases=12), 2, "git knows no commit", "check", "--base", ref)


def test_an_empty_slice(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.configure(slices=["category"])
    refused(project, 2, "category")


def test_a_zero_on_a_log_scale(tmp_path: Path) -> None:
    evaluators = [
        {"use": "python", "name": "graded", "with": {"function": "evals.py:graded", "kind": "measure"}}
    ]
    project = accepted(tmp_path, evaluators=evaluators, gates={"graded": {"max_drop": "10%"}})
    edit_baseline(project, lambda text: text.replace("[1,1,1,1,1]", "[0,1,1,1,1]", 1))
    refused(project, 2, "case-000")


@pytest.mark.parametrize("text", ["", "{}", "[1, 2", '{"gate_results": 1}'])
def test_an_unparsable_results_file(tmp_path: Path, text: str) -> None:
    project = accepted(tmp_path, cases=12)
    project.write("results.json", text)
    refused(
        project, 2, "results.json", "compare", "--current", "results.json", "--baseline", "baselines/s.json"
    )


@pytest.mark.parametrize("absent", ["results.json", "baselines/s.json"])
def test_a_file_that_is_not_there(tmp_path: Path, absent: str) -> None:
    project = accepted(tmp_path, cases=12)
    project.gate("run", "-o", "results.json")
    (project.root / absent).unlink()
    refused(project, 2, absent, "compare", "--current", "results.json", "--baseline", "baselines/s.json")


def test_results_that_lack_half_their_trials(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.gate("run", "-o", "results.json")
    results = json.loads(project.read("results.json"))
    results["trials"] = results["trials"][::2]
    project.write("results.json", json.dumps(results))
    done = project.gate("compare", "--current", "results.json", "--baseline", "baselines/s.json")
    assert done.code not in {0, 70}, done.text


def test_a_lowered_bar_in_the_head_does_not_count(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.answer(ids(12), "wrong")
    project.configure(gates={"exact_match": {"max_drop": 0.9}})
    assert project.gate("accept").code == 0
    done = project.gate("check", "--base", "main")
    assert done.code == 1, done.text
    assert "max_drop" in done.out


def test_a_suite_that_the_head_removed(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    config = json.loads(project.read("gate.yaml"))
    config["suites"]["t"] = {**config["suites"].pop("s"), "baseline": "baselines/t.json"}
    project.write("gate.yaml", json.dumps(config))
    project.gate("accept")
    done = project.gate("check", "--base", "main")
    assert done.code != 0, done.text
    assert "the head has it no more" in done.text


def test_the_end_of_a_suite_decides_nothing_once_the_base_only_records_it(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=12)
    config = json.loads(project.read("gate.yaml"))
    old = config["suites"]["s"]
    config["suites"] = {"s": {**old, "gates": {"exact_match": {"mode": "record"}}}, "t": old}
    config["suites"]["t"] = {**old, "baseline": "baselines/t.json"}
    project.write("gate.yaml", json.dumps(config))
    assert project.gate("accept").code == 0
    project.commit()
    del config["suites"]["s"]
    project.write("gate.yaml", json.dumps(config))
    done = project.gate("check", "--base", "main")
    assert done.code == 0, done.text
    assert "the head has it no more" in " ".join(done.out.split())


def test_a_module_that_exits_is_no_pass(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    project.write("app.py", "import sys\nsys.exit(0)\n")
    refused(project, 2, "importing app.py failed")


def test_an_accept_with_failures_writes_nothing(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    before = project.read("baselines/s.json")
    project.behave({"case-001": ["raise"]})
    refused(project, 2, "case-001", "accept")
    assert project.read("baselines/s.json") == before


def test_the_baseline_of_the_fixture_is_sound(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    assert len(load_baseline(project.read("baselines/s.json"), "s.json").cases) == 12


def test_an_accept_of_which_not_one_trial_came_back_is_a_failed_evaluation_as_a_run_is(
    tmp_path: Path,
) -> None:
    project = make_project(tmp_path, cases=3)
    project.behave({case_id: ["raise"] for case_id in ids(3)})
    refused(project, 4, "not one of 15 trials came back (RuntimeError: the application broke", "accept")
    refused(project, 4, "3 trials failed", "run")
    assert not (tmp_path / "baselines").exists()
