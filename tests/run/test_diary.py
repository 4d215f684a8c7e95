import os
import time
from pathlib import Path

import pytest

from gate.run.diary import NAME, Diary

DAY_S = 86_400.0


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    """Three steps of 100 bytes: a day, ten and a hundred days old; and a file of somebody else's."""
    folder = tmp_path / NAME
    folder.mkdir()
    for days in (1, 10, 100):
        step = folder / f"{days}.json"
        step.write_text("x" * 100)
        os.utime(step, (time.time() - days * DAY_S,) * 2)
    (folder / "README").write_text("not ours")
    return Diary(tmp_path)


def names(diary: Diary) -> set[str]:
    return {path.stem for path in diary.path.iterdir()}


def test_it_tells_how_many_steps_are_kept_how_large_and_how_old(diary: Diary) -> None:
    found = diary.stats()
    assert (found.steps, found.bytes) == (3, 300)
    assert (round(found.newest_days), round(found.oldest_days)) == (1, 100)


def test_what_is_too_old_goes_and_then_the_oldest_until_the_rest_fits(diary: Diary) -> None:
    assert diary.prune(older_than_s=30 * DAY_S, keep_bytes=None) == 1
    assert names(diary) == {"1", "10", "README"}
    assert diary.prune(older_than_s=None, keep_bytes=150) == 1
    assert names(diary) == {"1", "README"}
    assert diary.prune(older_than_s=None, keep_bytes=0) == 1


def test_where_nothing_was_searched_there_is_nothing(tmp_path: Path) -> None:
    assert Diary(tmp_path).stats().steps == 0
    assert Diary(tmp_path).prune(older_than_s=0, keep_bytes=0) == 0
