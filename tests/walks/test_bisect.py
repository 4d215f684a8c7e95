"""`gate bisect` in real repositories: the commit and the file that broke a category, and nothing asked twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.walks.project import Ended, Project, ids, make_project
from tests.walks.stage import wait_for

CATEGORIES = ("account", "refunds", "shipping")
# Luck is dealt by the number of the call, which every process writes into one file beside the repository.
APP = """
import os, random
from pathlib import Path

def answer(input, case):
    with open(os.environ["CALLS"], "a+") as calls:
        calls.write(".")
        calls.flush()
        turn = calls.tell()
    if turn > int(os.environ.get("DIES_AFTER", "1000000")):
        raise RuntimeError("the service is gone")
    text = Path(__file__).with_name("prompts").joinpath(case.tags["category"] + ".txt").read_text()
    if "crash" in text:
        raise RuntimeError("it does not run")
    broken = "BROKEN" in text or all("HALF" in each.read_text() for each in
        (Path(__file__).with_name("prompts") / f"{name}.txt" for name in ("account", "refunds")))
    chance = 0.05 if broken else 0.97
    return "right" if random.Random(turn).random() < chance else "wrong"
"""


class Road(Project):
    """A repository with a prompt for each category, and an application whose every answer is luck."""

    @property
    def calls(self) -> Path:
        return self.root.with_name(f"{self.root.name}.calls")

    @property
    def asked(self) -> int:
        return self.calls.stat().st_size

    def ask(self, *arguments: str) -> Ended:
        return self.gate(*arguments, env={"CALLS": str(self.calls)})

    def bisect(self, *arguments: str, code: int = 0) -> Any:
        """What it found, once it ended with this code; the text is under `text`."""
        done = self.ask("bisect", "exact_match", "--json", "found.json", *arguments)
        assert done.code == code, done.text
        found = json.loads(self.read("found.json"))
        return {**found, "text": done.out, "err": done.err}

    def prompt(self, name: str, text: str) -> None:
        self.write(f"prompts/{name}.txt", text)

    def step(self, number: int, text: str = "") -> str:
        """A commit that changes one prompt; its sha."""
        name = CATEGORIES[number % 3]
        self.prompt(name, self.read(f"prompts/{name}.txt") + (text or f"Rule {number}.\n"))
        self.commit(f"rule {number} of {name}")
        return self.git("rev-parse", "HEAD").strip()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """Accepted and committed, all prompts as they should be; nobody changes it."""
    root = tmp_path_factory.mktemp("roads") / "shop"
    root.mkdir()
    suite = {"depends_on": ["app.py", "prompts"], "trials": {"accept": 5, "check": 1, "most": 1}}
    make_project(root, cases=18, concurrency=1, **suite)
    project = Road(root)
    project.write("app.py", APP)
    for name in CATEGORIES:
        project.prompt(name, f"Answer about {name}.\n")
    project.cases(ids(18), category={case: CATEGORIES[n % 3] for n, case in enumerate(ids(18))})
    project.write(".gitignore", ".gate/\n__pycache__/\nfound.json\n")
    done = project.ask("accept")
    assert done.code == 0, done.text
    project.commit("accept the baseline")
    return project


@pytest.fixture
def road(shop: Road, tmp_path: Path) -> Road:
    """One of its own, where nothing was asked yet but for the accept."""
    own = Road(tmp_path / "shop")
    shutil.copytree(shop.root, own.root)
    shutil.copy(shop.calls, own.calls)
    return own


def test_of_sixteen_commits_the_one_that_breaks_a_category_is_named_and_asked_for_once(road: Road) -> None:
    for number in range(9):
        road.step(number)
    guilty = road.step(10, "BROKEN\n")
    road.write("README.md", "words\n")
    road.commit("words")
    for number in range(11, 16):
        road.step(number)
    assert int(road.git("rev-list", "--count", "HEAD~16..HEAD")) == 16
    before = road.asked
    found = road.bisect()
    assert found["outcome"] == "named"
    assert [commit["sha"] for commit in found["culprit"]["commits"]] == [guilty]
    assert found["culprit"]["paths"] == ["prompts/refunds.txt"]
    assert found["culprit"]["move"]["high"] < 0
    assert (found["commits"], found["passed_over"]) == (16, 1)
    assert found["step_alpha"] * (found["steps"] + 2) == pytest.approx(0.05)
    broken = {case for number, case in enumerate(ids(18)) if number % 3 == 1}
    assert broken <= set(found["cases"])
    assert f"got worse at {guilty[:12]}: rule 10 of refunds" in found["text"]
    assert found["text"].splitlines() == [line[:80] for line in found["text"].splitlines()]
    assert found["asked"] == road.asked - before <= 18 + len(found["cases"]) * (4 * 3 + 4 * 12)
    assert "At the most, if every step needs all its draws: s: " in found["err"]
    again = road.bisect()
    assert again["culprit"] == found["culprit"]
    assert again["asked"] == 0
    assert road.asked == before + found["asked"]
    steps = len(list((road.root / ".gate/bisect").iterdir()))
    assert f"{steps} steps of bisections" in road.gate("cache", "stats").out
    assert f"{steps} steps of bisections removed" in road.gate("cache", "prune", "--keep-size", "0KB").out
    assert "bisections" not in road.gate("cache", "stats").out


def test_of_three_prompts_that_one_pull_request_changed_the_guilty_one_is_named(road: Road) -> None:
    road.git("checkout", "-q", "-b", "feature")
    for name, text in (("account", "Be brief.\n"), ("refunds", "Be kind.\n"), ("shipping", "BROKEN\n")):
        road.prompt(name, text)
    road.commit("three prompts at once")
    found = road.bisect("--good", "main", "--bad", "feature", "--cases", "category=shipping")
    assert found["outcome"] == "named"
    assert found["culprit"]["files"] == ["prompts/shipping.txt"]
    assert found["culprit"]["together"] is False
    assert "prompts/shipping.txt: on top of the version before, it alone does it" in " ".join(
        found["text"].split()
    )


def test_two_files_that_only_break_it_together_are_both_named_also_uncommitted(road: Road) -> None:
    road.prompt("account", "HALF\n")
    road.prompt("refunds", "HALF\n")
    road.prompt("shipping", "Be kind.\n")
    found = road.bisect("--cases", "category=refunds")
    assert found["bad"] == "working tree"
    assert found["culprit"]["files"] == ["prompts/account.txt", "prompts/refunds.txt"]
    assert found["culprit"]["together"] is True
    assert "only together" in found["text"]
    assert "got worse with what is not committed on top of" in found["text"]
    head = road.git("rev-parse", "HEAD").strip()[:12]
    assert f"    git diff {head} -- prompts/account.txt prompts/refunds.txt" in found["text"].splitlines()


def test_a_commit_that_came_with_a_merge_is_found_past_one_that_does_not_run(road: Road) -> None:
    road.step(0)
    road.git("checkout", "-q", "-b", "topic")
    road.step(1)
    guilty = road.step(2, "BROKEN\n")
    road.step(4)
    road.git("checkout", "-q", "main")
    good = road.read("gate.yaml")
    road.write("gate.yaml", "suites: [")
    road.commit("a config that is broken")
    road.write("gate.yaml", good)
    road.commit("mended")
    road.git("merge", "-q", "--no-ff", "-m", "merge topic", "topic")
    road.step(3)
    found = road.bisect("--cases", "category=shipping")
    assert [commit["sha"] for commit in found["culprit"]["commits"]] == [guilty]
    assert found["outcome"] == "named"


def test_commits_that_cannot_be_run_leave_a_range_and_say_why(road: Road) -> None:
    whole = road.read("app.py")
    road.write("app.py", "this is no Python\n")
    road.commit("it does not run")
    road.prompt("shipping", "BROKEN\n")
    road.commit("it breaks, and does not run")
    road.write("app.py", whole)
    road.commit("it runs again")
    found = road.bisect("--cases", "category=shipping", code=3)
    assert found["outcome"] == "range"
    assert len(found["culprit"]["commits"]) == 3
    assert {probe["side"] for probe in found["probes"]} == {"unknown"}
    assert "is passed over: " in found["text"]


def test_a_drop_that_was_only_luck_is_not_pinned_on_anybody(road: Road) -> None:
    road.step(0)
    road.step(1)
    found = road.bisect("--cases", "category=refunds", "--draws", "3", code=3)
    assert found["outcome"] == "not reproduced"
    assert found["culprit"] is None


def test_where_nothing_that_counts_was_changed_nothing_is_run(road: Road) -> None:
    road.write("README.md", "words\n")
    road.commit("words")
    before = road.asked
    assert road.bisect(code=3)["outcome"] == "nothing changed"
    assert road.bisect("--plan", "--good", "HEAD", code=3)["outcome"] == "nothing changed"
    road.step(0)
    assert road.bisect("--plan")["outcome"] == "told"
    assert road.asked == before


def test_what_was_stopped_goes_on_and_asks_nothing_again(road: Road) -> None:
    for number in range(5):
        road.step(number, "BROKEN\n" if number == 2 else "")
    before = road.asked
    process = subprocess.Popen(
        [sys.executable, "-m", "gate", "bisect", "exact_match"],
        cwd=road.root,
        env={**os.environ, "CALLS": str(road.calls), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_for(lambda: road.asked >= before + 25, process)
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate()
    assert process.returncode == 130, text
    assert "; what was drawn is kept: the same command goes on with it" in " ".join(text.split())
    assert ".." not in text.splitlines()[-1]
    done = road.asked - before
    found = road.bisect()
    assert found["outcome"] == "named"
    assert found["kept"] >= done - 1  # the call that was under way
    assert road.asked - before == done + found["asked"]


def test_a_service_that_dies_in_mid_search_is_an_error_and_lays_nothing_to_a_commit(road: Road) -> None:
    for number in range(2):
        road.step(number, "BROKEN\n" if number == 1 else "")
    ask = ("bisect", "exact_match", "--cases", "category=refunds")
    both_ends = 2 * 3 * 6
    env = {"CALLS": str(road.calls), "DIES_AFTER": str(road.asked + both_ends)}
    done = road.gate(*ask, env=env)
    assert done.code == 4, done.text
    said = " ".join(done.err.split())
    assert "and so does now what had answered before" in said
    assert "no commit is at fault, but something outside the repository; mend that" in said
    assert not done.out
    again = road.bisect(*ask[2:])
    assert again["culprit"]["paths"] == ["prompts/refunds.txt"]
    assert again["kept"] == both_ends


def test_an_end_that_cannot_be_asked_is_an_error_of_the_evaluation(road: Road) -> None:
    road.step(0)
    env = {"CALLS": str(road.calls), "DIES_AFTER": "0"}
    done = road.gate("bisect", "exact_match", "--cases", "category=refunds", env=env)
    assert done.code == 4, done.text
    assert "cannot be asked" in done.err or "out of reach" in done.err


def test_a_budget_that_is_spent_stops_it_and_what_was_drawn_is_kept(road: Road) -> None:
    for number in range(5):
        road.step(number, "BROKEN\n" if number == 2 else "")
    config = json.loads(road.read("gate.yaml"))
    config["budget"] = {"calls": 40}
    road.write("gate.yaml", json.dumps(config))
    before = road.asked
    done = road.ask("bisect", "exact_match")
    assert done.code == 4, done.text
    assert road.asked - before == 40
    assert "goes on with it" in " ".join(done.err.split())


def test_what_cannot_be_meant_is_refused_before_anything_is_run(road: Road) -> None:
    road.step(0)
    before = road.asked
    for says, *arguments in (
        ("no suite has a metric 'nonsense'", "nonsense"),
        ("git knows no commit of that name found: --good nowhere", "exact_match", "--good", "nowhere"),
        ("git knows no commit of that name found: --bad nowhere", "exact_match", "--bad", "nowhere"),
        ("this names no case", "exact_match", "--cases", "nobody"),
    ):
        done = road.ask("bisect", *arguments)
        assert done.code == 2, done.text
        assert says in " ".join(done.err.split())
    assert road.asked == before


def test_a_shallow_clone_says_what_it_lacks(road: Road, tmp_path: Path) -> None:
    road.step(0)
    clone = Road(tmp_path / "clone")
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{road.root}", str(clone.root)], check=True)
    done = clone.ask("bisect", "exact_match")
    assert done.code == 2, done.text
    assert "git fetch --unshallow" in done.err


def test_where_the_good_version_itself_has_fallen_since_it_was_accepted_the_change_lies_outside(
    road: Road,
) -> None:
    road.step(0)
    kept = road.read("app.py")
    road.write("app.py", kept.replace("0.97", 'float(os.environ.get("CHANCE", "0.97"))'))
    road.commit("an application that depends on something outside")
    road.git("tag", "good")
    road.step(1)
    done = road.gate(
        "bisect", "exact_match", "--good", "good", "--cases", "category=refunds", "--draws", "3", "--json", "found.json",
        env={"CALLS": str(road.calls), "CHANCE": "0.1"},
    )  # fmt: skip
    assert done.code == 3, done.text
    found = json.loads(road.read("found.json"))
    assert found["outcome"] == "not reproduced"
    assert found["since_accepted"]["delta"] < -0.5
    assert "What changed lies outside the repository" in " ".join(done.out.split())
