"""Killed at fifty random moments, and each time gone on with: the same scorecard, and nothing asked twice in vain."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Everything is imported once; each run is a fork of that, so that fifty are killed and gone on with in seconds.
_NURSERY = '''
import asyncio, os, random, signal, sys, time
from collections import Counter
from pathlib import Path

from gate.compare.tally import tally
from gate.model.files import dump_baseline
from gate.run.journal import open_journal
from gate.run.plan import shelf
from gate.run.runner import run
from tests.builders import make_reply
from tests.doubles import FakeEvaluator, FakeTarget
from tests.run.plans import make_plan

CASES, DRAWS, CONCURRENCY = 20, 2, 4
SHELF = shelf({"spec": "t1"}) if sys.argv[2] == "shared" else None
root, rng = Path(sys.argv[1]), random.Random(int(sys.argv[3]))

def note(path, line):
    with path.open("a") as file:
        file.write(line + "\\n")

def go(folder):
    """The run, in this process."""
    folder.mkdir(exist_ok=True)

    async def answer(case, index):
        note(folder / "asked.log", f"{case.id} {index}")
        await asyncio.sleep(0.001)
        note(folder / "answered.log", f"{case.id} {index}")
        return make_reply(f"{case.id} {index}")

    def told(text):
        raise AssertionError(text)

    with open_journal(folder, warn=told) as journal:
        plan = make_plan(FakeTarget(answer), cases=CASES, draws=DRAWS, concurrency=CONCURRENCY, shelf=SHELF)
        result = asyncio.run(run(plan, journal=journal))
        (folder / "card.json").write_text(dump_baseline(tally(result)))

def forked(folder):
    child = os.fork()
    if not child:
        try:
            go(folder)
            os._exit(0)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
    return child

def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

start = time.monotonic()
assert ended(forked(root / "undisturbed")) == 0
took_s = time.monotonic() - start
killed = 0
for moment in range(int(sys.argv[4])):
    folder = root / str(moment)
    kills = 0
    for _ in range(2):
        child = forked(folder)
        time.sleep(rng.uniform(0, took_s))
        os.kill(child, signal.SIGKILL)
        kills += ended(child) == -signal.SIGKILL
    killed += kills > 0
    complete = (folder / "card.json").exists()
    assert ended(forked(folder)) == 0, moment
    assert (folder / "card.json").read_bytes() == (root / "undisturbed" / "card.json").read_bytes(), moment
    asked, answered = (Counter((folder / name).read_text().splitlines()) for name in ("asked.log", "answered.log"))
    again = sum(asked.values()) - len(asked)
    assert len(asked) == CASES * DRAWS, moment
    if SHELF is None and complete:
        continue  # its walk may have ended well before the kill came, and an accept takes fresh draws
    assert again <= kills * CONCURRENCY, (moment, again)
    assert sum(answered.values()) - len(answered) <= kills * CONCURRENCY, moment
print(killed)
'''


@pytest.mark.parametrize(("sort", "moments"), [("shared", 35), ("own", 15)])
def test_killed_at_any_moment_a_run_ends_as_if_nothing_had_been(
    tmp_path: Path, sort: str, moments: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _NURSERY, str(tmp_path), sort, "7", str(moments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= moments // 2, "hardly a run was still going when it was killed"
