"""A suite of one case and one draw: what is said of it is said of one."""

from pathlib import Path

from tests.walks.project import ids, make_project


def test_what_is_told_of_one_trial_is_told_of_one(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=1, trials={"accept": 1, "check": 1, "most": 1})
    assert "a check asks 1 time, an accept 1" in project.gate("validate").out
    ran = project.gate("run")
    assert "s: 1 trial\n" in ran.err, ran.text
    assert project.gate("accept").code == 0
    project.answer(ids(1), "raise")
    done = project.gate("check")
    assert (done.code, "the only trial of s failed" in done.out) == (4, True), done.text
    assert "1 trials" not in done.text + ran.text
    assert "1 cases" not in done.text + ran.text
