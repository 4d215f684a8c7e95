"""What has not changed is not asked again, and what may have changed always is."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.walks.project import Project, accepted, ids, make_project

APP = '''
from pathlib import Path

here = Path(__file__).parent

def answer(input, case):
    """The right one, and a line in the log."""
    with (here / "asked.log").open("a") as log:
        log.write(case.id + "\\n")
    return (here / "prompt.txt").read_text().strip()
'''
DEPENDS = ["prompt.txt"]


def project_of(root: Path, **suite: Any) -> Project:
    project = make_project(root, cases=20, trials={"accept": 2, "check": 1, "most": 1}, **suite)
    project.write("app.py", APP)
    project.write("prompt.txt", "right")
    project.write(".gitignore", ".gate/\n__pycache__/\n*.log\n")
    project.commit("an application that counts")
    return project


def asked(project: Project) -> int:
    """How often the application was asked since the last time."""
    log = project.root / "asked.log"
    count = len(log.read_text().splitlines()) if log.exists() else 0
    log.write_text("")
    return count


def check(project: Project, *arguments: str) -> int:
    done = project.gate("check", *arguments)
    assert done.code in {0, 1, 2}, done.text
    return asked(project)


def test_a_check_of_what_has_not_changed_makes_no_call(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    assert [check(project), check(project)] == [20, 0]
    project.write("unrelated.txt", "changed")
    assert check(project) == 0
    project.write("prompt.txt", "wrong")
    assert check(project) == 20
    project.write("prompt.txt", "right")
    assert check(project) == 0, "what it was before is still there"
    assert check(project, "--fresh") == 20


def test_a_run_a_check_and_the_results_file_say_the_same(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    for name in ("one.json", "two.json"):
        project.gate("run", "-o", name)
    project.gate("check", "-o", "three.json")
    assert asked(project) == 20
    assert project.read("one.json") == project.read("two.json") == project.read("three.json")


def test_a_changed_prompt_runs_only_the_suite_that_depends_on_it(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    project.write("other.txt", "")
    config = json.loads(project.read("gate.yaml"))
    config["suites"]["t"] = {**config["suites"]["s"], "depends_on": ["other.txt"]}
    project.write("gate.yaml", json.dumps(config))
    assert check(project) == 40
    project.write("other.txt", "changed")
    assert check(project) == 20


def test_a_changed_case_is_asked_alone(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    check(project)
    project.cases([*ids(19), "another"])
    assert check(project) == 1


def test_an_accept_takes_fresh_draws_and_no_check_stands_on_them(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    check(project)
    for _ in range(2):
        assert project.gate("accept").code == 0
        assert asked(project) == 40
    assert check(project) == 0


# --- what is not known to be the same ----------------------------------------------------------------------------------------


def test_a_target_that_names_nothing_is_asked_again_unless_its_commit_is_the_same(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=None)
    assert [check(project), check(project)] == [20, 0]
    project.write("new.txt", "not committed")
    assert [check(project), check(project)] == [20, 20]
    project.commit("another commit")
    assert [check(project), check(project)] == [20, 0]


def test_a_target_whose_code_is_not_here_is_always_asked(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo x >> asked.log; echo right"]
    target = {"use": "command", "with": {"run": command}}
    project = project_of(tmp_path, depends_on=None, target=target)
    assert [check(project), check(project)] == [20, 20]
    project.configure(depends_on=None, target=target, reuse=True)
    assert [check(project), check(project)] == [20, 0]


@pytest.mark.parametrize("suite", [{"reuse": False}, {"defaults": {"reuse": False}}])
def test_reuse_can_be_refused(tmp_path: Path, suite: dict[str, Any]) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS, **suite)
    assert [check(project), check(project)] == [20, 20]


# --- the second look ---------------------------------------------------------------------------------------------------------


def test_pressing_again_is_the_pooled_second_look_and_no_fresh_first_one(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    project.behave({"case-003": ["wrong", "right", "right"]})
    first = project.gate("check", "--json", "one.json")
    again = project.gate("check", "--json", "two.json")
    assert "the second takes" in first.err
    one, two = (json.loads(project.read(name)) for name in ("one.json", "two.json"))
    assert one["verdict"] == two["verdict"]
    assert two["runs"][0]["resumed"] == two["runs"][0]["trials"] == 36
    assert first.code == again.code


# --- gate cache --------------------------------------------------------------------------------------------------------------


def test_the_store_can_be_looked_at_copied_and_pruned(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    assert project.gate("cache", "stats").code == 2, "there is none yet"
    check(project)
    stats, verified = project.gate("cache", "stats"), project.gate("cache", "verify")
    assert "s: 20 trials" in stats.out
    assert "20 of 20" in verified.out
    assert verified.code == 0
    assert project.gate("cache", "export", "-o", "store.jsonl").code == 0
    lines = [json.loads(line) for line in project.read("store.jsonl").splitlines()]
    assert {line["trial"]["reply"]["output"] for line in lines} == {"right"}
    assert "0 trials removed" in project.gate("cache", "prune", "--older-than", "1h").out
    assert check(project) == 0
    assert "20 trials removed" in project.gate("cache", "prune", "--keep-size", "0KB").out
    assert check(project) == 20
    assert project.gate("cache", "prune").code == 2


# --- shards ------------------------------------------------------------------------------------------------------------------


def replayed(root: Path) -> Project:
    """A suite whose answers were recorded, three draws of each case; every seventh case failed."""
    project = make_project(root, cases=23)
    lines = [
        json.dumps({"id": case_id, "index": index, "output": f"right{index}", "latency_s": 0.1 + index})
        for number, case_id in enumerate(ids(23))
        for index in range(3)
        if not (number % 7 == 3 and index == 2)
    ]
    project.write("replies.jsonl", "\n".join(lines))
    target = {"use": "replay", "with": {"replies": "replies.jsonl"}}
    project.configure(target=target, depends_on=None, evaluators=["contains"], reuse=False)
    return project


@pytest.mark.parametrize("of", [1, 3])
def test_shards_merge_to_the_bytes_of_the_whole_run(tmp_path: Path, of: int) -> None:
    project = replayed(tmp_path)
    assert project.gate("run", "--draws", "3", "-o", "whole.json").code == 0
    names = []
    for number in range(1, of + 1):
        names.append(f"shard-{number}.json")
        done = project.gate("run", "--draws", "3", "--shard", f"{number}/{of}", "-o", names[-1])
        assert done.code == 0, done.text
    merged = project.gate("merge", *reversed(names), "-o", "merged.json")
    assert merged.code == 0, merged.text
    assert project.read("merged.json") == project.read("whole.json")


def test_a_shard_alone_is_never_judged(tmp_path: Path) -> None:
    project = replayed(tmp_path)
    assert project.gate("accept").code == 2, "two cases failed"
    project.gate("run", "--shard", "1/2", "-o", "one.json")
    done = project.gate("compare", "--current", "one.json", "--baseline", "none.json")
    assert done.code == 2
    assert "shard 1/2" in done.err
    assert project.gate("merge", "one.json", "-o", "merged.json").code == 2
    assert not (project.root / "merged.json").exists()


def test_a_part_without_cases_says_so_and_writes_nothing(tmp_path: Path) -> None:
    done = replayed(tmp_path).gate("run", "--shard", "24/24", "-o", "none.json")
    assert done.code == 0, done.text
    assert "has 23 cases, and none for 24/24" in done.err
    assert not (tmp_path / "none.json").exists()


def test_shards_of_several_suites_are_merged_into_a_folder(tmp_path: Path) -> None:
    project = project_of(tmp_path, depends_on=DEPENDS)
    config = json.loads(project.read("gate.yaml"))
    config["suites"]["t"] = config["suites"]["s"]
    project.write("gate.yaml", json.dumps(config))
    for name in ("1", "2", "whole", "merged"):
        (project.root / name).mkdir()
    for number in (1, 2):
        assert project.gate("run", "--shard", f"{number}/2", "-o", str(number)).code == 0
    project.gate("run", "-o", "whole")
    names = [f"{number}/{suite}.json" for number in (1, 2) for suite in "st"]
    assert project.gate("merge", *names, "-o", "merged").code == 0
    assert Counter(project.root.glob("merged/*")) == Counter(
        project.root / "merged" / f"{s}.json" for s in "st"
    )
    assert all(project.read(f"merged/{s}.json") == project.read(f"whole/{s}.json") for s in "st")
