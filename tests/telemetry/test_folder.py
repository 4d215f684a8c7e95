"""Lines → files below `.gate/traces`, within their bounds."""

from pathlib import Path

from gate.telemetry.folder import USUAL, Bounds, Folder, prune
from gate.telemetry.reading import FILE, FOLDER

MOST_RUNS = USUAL.runs
SMALL = Bounds(file_bytes=10, all_bytes=25)


def written(home: Path, name: str, *lines: str, bounds: Bounds = USUAL) -> list[str]:
    """Write lines to the spans of a run; what was said meanwhile."""
    said: list[str] = []
    folder = Folder(home, name, told=said.append, bounds=bounds)
    for line in lines:
        folder.write(FILE, line)
    folder.close()
    return said


def test_a_run_that_tells_nothing_leaves_no_folder(tmp_path: Path) -> None:
    assert written(tmp_path, "a") == []
    assert not (tmp_path / FOLDER).exists()


def test_lines_are_added_in_their_order(tmp_path: Path) -> None:
    assert written(tmp_path, "a", "1\n", "2\n") == []
    assert (tmp_path / FOLDER / "a" / FILE).read_text() == "1\n2\n"


def test_only_the_newest_runs_are_kept(tmp_path: Path) -> None:
    for number in range(MOST_RUNS + 5):
        written(tmp_path, f"{number:03}", "x\n")
    left = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert left == [f"{number:03}" for number in range(5, MOST_RUNS + 5)]


def test_runs_that_take_too_much_room_go_the_oldest_first(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        written(tmp_path, name, "seven c\n", bounds=SMALL)
    prune(tmp_path / FOLDER, bounds=SMALL)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["c"]


def test_a_run_beyond_its_bound_says_so_once(tmp_path: Path) -> None:
    (sentence,) = written(tmp_path, "a", "12345678\n", "too much\n", "too much\n", bounds=SMALL)
    assert sentence.startswith("traces are kept no more")
    assert (tmp_path / FOLDER / "a" / FILE).read_text() == "12345678\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".gate").write_text("a file where a folder belongs")
    (sentence,) = written(tmp_path, "a", "x\n", "y\n")
    assert "cannot be written" in sentence


def test_what_is_no_folder_of_a_run_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.mkdir()
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "000").symlink_to(elsewhere)
    for number in range(1, MOST_RUNS + 3):
        written(tmp_path, f"{number:03}", "x\n")
    assert elsewhere.is_dir()


def test_what_a_link_in_the_repository_leads_to_is_not_removed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for number in range(MOST_RUNS + 5):
        (home / f"{number:03}").mkdir(parents=True)
        (home / f"{number:03}" / "precious").write_text("x")
    (tmp_path / ".gate").mkdir()
    (tmp_path / FOLDER).symlink_to(home)
    assert written(tmp_path, "new", "x\n") == []
    assert len(list(home.glob("*/precious"))) == MOST_RUNS + 5
