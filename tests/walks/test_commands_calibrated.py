"""A suite whose judge was calibrated, in a pull request: its run goes by the base's calibration, an accept as its next run."""

from collections.abc import Iterator

import pytest

from gate.model.calibration import Calibration, Counts, JudgeCalibration
from gate.model.files import dump_calibration, load_baseline
from tests.walks.commanding import Case, opened
from tests.walks.judged import JudgeApi, judged
from tests.walks.stage import Stage

FILE = "baselines/s.calibration.json"
NAMES = ("gate.yaml", "app.py", "cases.jsonl", "behavior.json", "baselines/s.json", ".gitignore")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A suite with a judge, in a repository whose policy asks that judges be calibrated."""
    project = judged(tmp_path_factory.mktemp("judged"), cases=20, policy={"judges": "calibrated"})
    return {name: project.read(name) for name in NAMES}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[JudgeApi]:
    with JudgeApi() as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        yield api


def calibration(files: dict[str, str]) -> str:
    """Of that very judge, which people agreed with on all of forty responses."""
    metric = load_baseline(files["baselines/s.json"], "s.json").metrics["helpful"]
    counts = Counts(true_positive=20, true_negative=20)
    judge = JudgeCalibration(fingerprint=metric.fingerprint, judges=metric.judges, counts=counts)
    return dump_calibration(Calibration(suite="s", judges={"helpful": judge}))


def run_of(stage: Stage, files: dict[str, str], measured: dict[str, str]) -> Case:
    """A pull request that breaks twelve cases, and its run."""
    stage.repo.commit("main", {**files, **measured})
    case = opened(stage)
    acted = stage.act("pull_request.opened", pull=case.pull, within=case.run)
    assert acted.code != 0, acted.log
    case.upload()
    case.run.status, case.run.conclusion = "completed", "failure"
    return case


@pytest.mark.usefixtures("provider")
def test_the_calibration_of_the_base_holds_for_the_status_of_an_accept(
    stage: Stage, files: dict[str, str]
) -> None:
    case = run_of(stage, files, {FILE: calibration(files)})
    before = case.head
    assert case.repo.statuses_of(before)[0].state == "failure", "regressed, and not in error for its judge"
    assert case.say(f"/gate accept {case.sha}").code == 0
    (status,) = case.repo.statuses_of(case.head)
    assert (status.state, status.description) == (
        "success",
        f"Accepted by maria · evaluated at {before[:7]}; only the baseline differs",
    )
    asked = [each for each in stage.fake.journal.operations if each != "blob/download"]
    assert len(asked) <= 12 + 1, " ".join(asked)
    again = stage.act("pull_request.synchronize", pull=case.pull)
    assert (again.code, again.states[-1]) == (0, "success"), again.log


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("measured", [{}, {FILE: "not a calibration"}], ids=["none", "unreadable"])
def test_an_accept_calibrates_no_judge(stage: Stage, files: dict[str, str], measured: dict[str, str]) -> None:
    case = run_of(stage, files, measured)
    # What the head brings of its own is a proposal, and does not count.
    stage.repo.commit("feature", {FILE: calibration(files)})
    case.run = stage.repo.run(case.pull)
    stage.act("pull_request.synchronize", pull=case.pull, within=case.run)
    case.upload()
    case.run.status, case.run.conclusion = "completed", "failure"
    case.say(f"/gate accept {case.sha}")
    told = [status.state for status in case.repo.statuses_of(case.head)]
    again = stage.act("pull_request.synchronize", pull=case.pull)
    assert told[0] == again.states[-1] == "error", (told, again.log)
