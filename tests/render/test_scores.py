"""What a run and an accept tell in the terminal."""

from gate.model.reply import Failure
from gate.model.score import Score
from gate.render.numbers import UNKNOWN
from gate.render.scores import accepted_text, run_text
from tests.builders import make_run, make_scorecard, make_trial

HOSTILE = "\x1b[31m::error::x\u202e"


def test_a_run_tells_the_mean_of_every_metric_and_how_many_trials_it_scored() -> None:
    trials = [
        make_trial("a", scores=(Score(metric="accuracy", value=1.0),)),
        make_trial("b", scores=(Score(metric="accuracy", value=0.0),)),
        make_trial("c", scores=(Score.abstain("no context", metric="accuracy"),)),
    ]
    text = run_text(make_run(trials))
    assert [line.split() for line in text.splitlines() if "accuracy" in line] == [
        ["accuracy", "0.50", "2", "of", "3"]
    ]


def test_a_run_without_any_score_tells_why_and_shows_no_empty_table() -> None:
    failure = Failure(stage="target", kind="connection", message="nobody listens there " * 6)
    text = run_text(make_run([make_trial(reply=None, scores=(), failures=(failure,))]))
    assert "1 trial failed" in text
    assert "metric" not in text
    assert " ".join(text.split()).count("nobody listens there") == 6


def test_an_accept_tells_every_mean_before_and_now_so_that_they_differ_where_they_do() -> None:
    before, after = make_scorecard({"a": [1, 1]}), make_scorecard({"a": [1, 0], "b": [1, 1]})
    text = accepted_text("baselines/s.json", (before, after), outcome="was written")
    assert [line.split() for line in text.splitlines() if "accuracy" in line] == [
        ["accuracy", "1.00", "0.75"]
    ]
    assert "2 cases, 2 draws each; baselines/s.json was written." in text


def test_a_first_accept_has_nothing_before() -> None:
    text = accepted_text("b.json", (None, make_scorecard({"a": [1]})), outcome="was written")
    assert [line.split() for line in text.splitlines() if "accuracy" in line] == [
        ["accuracy", UNKNOWN, "1.00"]
    ]


def test_no_line_is_wider_than_the_terminal_and_nothing_foreign_controls_it() -> None:
    card = make_scorecard({"a": [1]}, suite=HOSTILE)
    for text in (
        run_text(make_run(suite=HOSTILE), width=60),
        accepted_text(HOSTILE * 9, (card, card), outcome="was written", width=60),
    ):
        assert "\x1b" not in text
        assert not any(line.startswith("::") for line in text.splitlines())
        assert max(map(len, text.splitlines())) <= 60


def test_a_run_that_was_on_disk_before_tells_no_speed() -> None:
    run = make_run([make_trial("a"), make_trial("b")], duration_s=0.004)
    assert "500 a second" in " ".join(run_text(run).split())
    text = " ".join(run_text(run, resumed=2).split())
    assert "2 of them kept from before" in text
    assert "a second" not in text
