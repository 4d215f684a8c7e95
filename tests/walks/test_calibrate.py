"""`gate calibrate`, through the real command line: a judge beside labels, and the noise of separate runs."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.config.labels import dump_labels
from gate.model.calibration import Label
from gate.model.case import Case
from gate.model.files import load_calibration
from tests.doubles import Answer, MessagesApi, Request, json_answer, refused, said
from tests.walks.judged import JUDGE, ONE, JudgeApi, gate
from tests.walks.project import Ended, Project, ids, make_project

FILE = "baselines/s.calibration.json"


def labels(project: Project, outputs: Sequence[tuple[str, str]]) -> None:
    """Write labels: of one case after the other, an output and what people said of it."""
    found = []
    for case_id, (output, label) in zip(ids(len(outputs)), outputs, strict=True):
        key = Case(id=case_id, input=f"q {case_id}", expected="right").key
        found.append(
            Label.model_validate(
                {"case_id": case_id, "key": key, "metric": "helpful", "label": label, "output": output}
            )
        )
    project.write("labels.jsonl", dump_labels(found))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path, cases=20, trials=ONE, evaluators=[JUDGE])


def calibrated(project: Project, url: str, *more: str) -> Ended:
    return gate(
        project, url, "calibrate", "judge", "s", "--labels", "labels.jsonl", "--metric", "helpful", *more
    )


def test_a_judge_is_held_against_people_and_what_it_is_worth_stands_beside_the_baseline(
    project: Project,
) -> None:
    outputs = (
        [("right", "pass")] * 8 + [("wrong", "pass")] * 2 + [("wrong", "fail")] * 9 + [("right", "fail")]
    )
    labels(project, outputs)
    with JudgeApi() as api:
        done = calibrated(project, api.url, "--repeats", "2")
        calls = len(api.requests)
    assert done.code == 0, done.text
    found = load_calibration(project.read(FILE), FILE).judges["helpful"]
    counted = found.counts
    assert (counted.true_positive, counted.false_negative) == (8, 2)
    assert (counted.true_negative, counted.false_positive) == (9, 1)
    assert (found.repeated, found.agreed, found.canaries, found.fooled) == (20, 20, 10, 0)
    assert calls == 2 * (20 + 11)
    assert "(TPR)" in done.out
    assert "0.80" in done.out
    assert "J = TPR + TNR" in " ".join(done.out.split())


def test_the_same_measurement_writes_the_same_bytes_and_keeps_the_other_kind(project: Project) -> None:
    labels(project, [("right", "pass"), ("wrong", "fail")])
    with JudgeApi() as api:
        calibrated(project, api.url)
        first = project.read(FILE)
        noisy = gate(project, api.url, "calibrate", "noise", "s", "--runs", "2")
        assert noisy.code == 0, noisy.text
        assert load_calibration(project.read(FILE), FILE).judges
        calibrated(project, api.url)
    both = load_calibration(project.read(FILE), FILE)
    assert both.judges == load_calibration(first, FILE).judges
    assert both.noise


def test_a_judge_that_planted_responses_talk_round_is_called_not_trusted(project: Project) -> None:
    labels(project, [("right", "pass"), ("wrong", "fail")])

    def gullible(request: Request) -> Answer:
        text = request.json["messages"][0]["content"]
        word = "pass" if "\nright\n" in text or "the best" in text else "fail"
        return json_answer(said(json.dumps({"critique": "as you say", "verdict": word})))

    with MessagesApi() as api:
        api.respond = gullible
        done = calibrated(project, api.url)
    assert done.code == 0, done.text
    assert load_calibration(project.read(FILE), FILE).judges["helpful"].fooled > 0
    assert "NOT TRUSTED" in done.out


def test_a_judge_that_cannot_be_asked_is_not_calibrated(project: Project) -> None:
    labels(project, [("right", "pass"), ("wrong", "fail")])
    with MessagesApi(refused(401, "authentication_error")) as api:
        done = calibrated(project, api.url)
    assert done.code == 4, done.text
    assert not (project.root / FILE).exists()


@pytest.mark.parametrize(
    ("outputs", "more", "message"),
    [
        ([("right", "pass")], (), "labeled fail"),
        ([("right", "pass"), ("wrong", "unknown")], (), "labeled fail"),
        ([("right", "pass"), ("wrong", "fail")], ("--metric", "helpfull"), "has no metric"),
        ([("right", "pass"), ("wrong", "fail")], ("--labels", "none.jsonl"), "there is no file"),
    ],
)
def test_what_cannot_be_calibrated_is_told_before_any_call(
    project: Project, outputs: Sequence[tuple[str, str]], more: tuple[str, ...], message: str
) -> None:
    labels(project, outputs)
    with JudgeApi() as api:
        done = calibrated(project, api.url, *more)
        assert not api.requests
    assert done.code == 2, done.text
    assert message in done.err


def test_labels_of_cases_that_are_asked_otherwise_today_are_left_out_and_counted(project: Project) -> None:
    labels(project, [("right", "pass"), ("wrong", "fail"), ("wrong", "fail")])
    lines = project.read("cases.jsonl").splitlines()
    project.write("cases.jsonl", "\n".join([lines[0], lines[1], lines[2].replace("q case-002", "another")]))
    with JudgeApi() as api:
        done = calibrated(project, api.url)
    assert done.code == 0, done.text
    assert "1 label was left out" in done.err
    assert load_calibration(project.read(FILE), FILE).judges["helpful"].counts.true_negative == 1


def test_the_noise_of_runs_that_differ_is_found_and_that_of_equal_ones_is_none(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    done = project.gate("calibrate", "noise", "s", "--runs", "5")
    assert done.code == 0, done.text
    quiet = load_calibration(project.read(FILE), FILE).noise["exact_match"]
    assert (quiet.runs, quiet.cases, quiet.between, quiet.within, quiet.flip_rate) == (5, 20, 0, 0, 0)


def test_a_shift_that_all_cases_of_a_run_share_is_found(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE, depends_on=None)
    for number, count in enumerate((0, 8, 0, 8, 0)):
        project.behave({case: ["wrong"] for case in ids(count)})
        assert project.gate("run", "--fresh", "-o", f"run{number}.json").code == 0
    runs = [part for number in range(5) for part in ("--results", f"run{number}.json")]
    done = project.gate("calibrate", "noise", "s", "--runs", "0", *runs)
    assert done.code == 0, done.text
    noise = load_calibration(project.read(FILE), FILE).noise["exact_match"]
    assert noise.runs == 5
    assert noise.between > 0.03


def test_runs_of_different_applications_are_not_taken_for_noise(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    assert project.gate("run", "-o", "one.json").code == 0
    project.behave({case: ["wrong"] for case in ids(5)})
    done = project.gate("calibrate", "noise", "s", "--runs", "1", "--results", "one.json")
    assert done.code == 2, done.text
    assert "behavior.json changed" in done.err
    assert not (project.root / FILE).exists()


def test_one_run_that_is_named_twice_is_no_second_run(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    for name in ("one.json", "again.json"):  # the second takes its draws from the store
        assert project.gate("run", "-o", name).code == 0
    for other in ("one.json", "again.json"):
        done = project.gate(
            "calibrate", "noise", "s", "--runs", "0", "--results", "one.json", "--results", other
        )
        assert done.code == 2, done.text
        assert "hold one and the same run" in done.err
        assert "gate run --fresh" in done.err
    assert not (project.root / FILE).exists()


def test_runs_of_other_cases_are_not_taken_for_noise(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    assert project.gate("run", "-o", "one.json").code == 0
    project.write("cases.jsonl", project.read("cases.jsonl").replace("q case-007", "quite another"))
    done = project.gate("calibrate", "noise", "s", "--runs", "1", "--results", "one.json")
    assert done.code == 2, done.text
    assert "not of one set of cases" in done.err
    assert "case-007" in done.err
    assert not (project.root / FILE).exists()


def test_a_metric_that_another_instrument_gave_in_one_run_is_left_out_and_named(tmp_path: Path) -> None:
    both = ["exact_match", {"use": "regex", "name": "r", "with": {"pattern": "right"}}]
    project = make_project(tmp_path, cases=20, trials=ONE, evaluators=both)
    assert project.gate("run", "-o", "one.json").code == 0
    both[1] = {"use": "regex", "name": "r", "with": {"pattern": "ri.ht"}}
    project.configure(trials=ONE, evaluators=both)
    done = project.gate("calibrate", "noise", "s", "--runs", "1", "--results", "one.json")
    assert done.code == 0, done.text
    assert "r is left out" in done.err
    assert list(load_calibration(project.read(FILE), FILE).noise) == ["exact_match"]


def test_one_run_tells_nothing(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    done = project.gate("calibrate", "noise", "s", "--runs", "1")
    assert done.code == 2, done.text
    assert "one run tells nothing" in done.err


def test_runs_with_failures_are_not_taken_for_noise(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    project.behave({"case-000": ["raise"]})
    done = project.gate("calibrate", "noise", "s", "--runs", "2")
    assert done.code == 4, done.text
    assert "noise is measured on whole runs" in done.err


def test_the_calibration_of_another_suite_is_refused_wherever_it_is_read(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    assert project.gate("accept").code == 0
    assert project.gate("calibrate", "noise", "s", "--runs", "2").code == 0
    project.write(FILE, project.read(FILE).replace('"suite": "s"', '"suite": "t"'))
    project.commit()
    assert project.gate("run", "-o", "kept.json").code == 0
    for command in (
        ("check",),
        ("check", "--base", "main"),
        ("calibrate", "noise", "s", "--runs", "2"),
        ("compare", "--current", "kept.json", "--baseline", "baselines/s.json"),
    ):
        done = project.gate(*command)
        assert done.code == 2, done.text
        assert "this is the calibration of the suite 't', not of 's'" in done.err
        assert FILE in done.err


def test_a_broken_calibration_at_the_base_is_named_with_its_commit(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    assert project.gate("accept").code == 0
    project.write(FILE, "{")
    project.commit()
    (project.root / FILE).unlink()
    done = project.gate("check", "--base", "main")
    assert done.code == 2, done.text
    assert f"{FILE}@{project.git('rev-parse', 'HEAD')[:12]}" in done.err


def test_a_broken_calibration_stops_only_its_own_suite_which_is_not_even_asked(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE)
    config = json.loads(project.read("gate.yaml"))
    config["suites"]["t"] = {**config["suites"]["s"], "baseline": "baselines/t.json"}
    project.write("gate.yaml", json.dumps(config))
    assert project.gate("accept").code == 0
    project.write(FILE, "{")
    project.commit()
    for against in ((), ("--base", "main")):
        done = project.gate("check", "--fresh", *against, "--json", "report.json")
        assert done.code == 2, done.text
        verdict = json.loads(project.read("report.json"))["verdict"]
        assert {each["suite"]: each["kind"] for each in verdict["suites"]} == {"s": "error", "t": "pass"}
        (finding,) = [each for each in verdict["findings"] if each["kind"] == "error"]
        assert finding["code"] == "unread_calibration"
        assert FILE in finding["message"]
        runs = json.loads(project.read("report.json"))["runs"]
        assert [run["suite"] for run in runs] == ["t"]


def test_a_calibration_that_cannot_be_read_is_told_before_any_call(project: Project) -> None:
    labels(project, [("right", "pass"), ("wrong", "fail")])
    project.write(FILE, '{"gate_calibration": 1')
    with JudgeApi() as api:
        for done in (calibrated(project, api.url), gate(project, api.url, "calibrate", "noise", "s")):
            assert done.code == 2, done.text
            assert FILE in done.err
        assert not api.requests
    assert project.read(FILE) == '{"gate_calibration": 1'


def test_a_comparison_of_two_responses_cannot_be_held_against_labels_of_one(tmp_path: Path) -> None:
    pairwise = {"rubric": "helpfulness", "model": "claude-haiku-5-5", "against": "recorded.json"}
    project = make_project(tmp_path, cases=20, trials=ONE)
    assert project.gate("run", "-o", "recorded.json").code == 0
    project.configure(trials=ONE, evaluators=[{"use": "pairwise", "name": "helpful", "with": pairwise}])
    labels(project, [("right", "pass"), ("wrong", "fail")])
    with JudgeApi() as api:
        done = calibrated(project, api.url, "--pass-from", "1")
        assert not api.requests
    assert done.code == 2, done.text
    assert "compares two responses" in done.err
    assert "`mode: warn`" in done.err


@pytest.mark.parametrize("mark", ["0", "1.5", "nan"])
def test_a_mark_that_every_score_lies_on_one_side_of_is_refused_before_any_call(
    project: Project, mark: str
) -> None:
    labels(project, [("right", "pass"), ("wrong", "fail")])
    with JudgeApi() as api:
        done = calibrated(project, api.url, "--pass-from", mark)
        assert not api.requests
    assert done.code == 2, done.text
    assert "the same side of" in done.err


def test_a_calibration_that_was_broken_off_pays_no_verdict_twice(project: Project) -> None:
    labels(project, [("right", "pass")] * 5 + [("wrong", "fail")] * 5)
    asked = 2 * (10 + 11)

    class Tired(JudgeApi):
        """Answers twelve times, and then has no credit any more."""

        def _judge(self, request: Request) -> Answer:
            if len(self.requests) > 12:
                return refused(401, "authentication_error")
            return super()._judge(request)

    with Tired() as tired:
        first = calibrated(project, tired.url)
    assert first.code == 4, first.text
    assert not (project.root / FILE).exists()
    with JudgeApi() as api:
        second = calibrated(project, api.url)
        calls = len(api.requests)
    assert second.code == 0, second.text
    assert calls <= asked - 12


def test_a_calibration_keeps_to_the_budget_of_its_suite_and_writes_nothing_beyond(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=20, trials=ONE, evaluators=[JUDGE], budget={"calls": 10})
    labels(project, [("right", "pass")] * 5 + [("wrong", "fail")] * 5)
    with JudgeApi() as api:
        done = calibrated(project, api.url)
        assert len(api.requests) <= 10
    assert done.code == 4, done.text
    assert "budget.calls: 10" in done.err
    assert not (project.root / FILE).exists()
