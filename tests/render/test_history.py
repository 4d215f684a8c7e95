"""The pages of the past and of a bisection: what they say, in how many cells, and what hostile words do to them."""

from typing import Any

import pytest

from gate.model.bisection import Bisection, Culprit, Probe
from gate.model.past import Accepted, ChangePoint, Course, GitCommit, Move, PastReport, Point, SuiteHistory
from gate.render.bisect import bisection_text
from gate.render.chart import chart
from gate.render.escape import width
from gate.render.history import history_csv, history_text
from tests.render.hostile import CORPUS

DROP = Move(cases=40, delta=-0.062, low=-0.09, high=-0.033, worse=True)


def make_past(word: str = "a new tariff", *, accepts: int = 1, **course: Any) -> PastReport:
    shas = ["a" * 40, "b" * 40]
    accepted = tuple(
        Accepted(sha=sha, date="2026-11-23", by=word, reason=word, path="b.json", cases=40, draws=(5, 5))
        for sha in shas
    )
    points = (
        Point(sha=shas[0], mean=0.9, cases=40, draws=(5, 5)),
        Point(sha=shas[1], mean=0.838, cases=40, draws=(3, 5), move=DROP),
    )
    change = ChangePoint(after=shas[0], by=shas[1], accepts=accepts, move=DROP, p=0.0004)
    given: dict[str, Any] = {
        "metric": word,
        "bounds": (0, 1),
        "points": points,
        "changes": (change,),
        "total": DROP,
    }
    suite = SuiteHistory(
        suite=word, baseline="b.json", accepted=accepted, courses=(Course(**{**given, **course}),)
    )
    return PastReport(alpha=0.05, tests=1, suites=(suite,))


def make_bisection(word: str = "prompts/a.md", **fields: Any) -> Bisection:
    commit = GitCommit(
        sha="c" * 40, parents=("d" * 40,), author=word, date="2026-11-23", message=word, paths=(word,)
    )
    culprit = Culprit(
        commits=(commit,),
        paths=(word, "other.md"),
        files=(word,),
        before=0.9,
        after=0.3,
        move=DROP,
        share=0.5,
        confirmed=True,
    )
    given: dict[str, Any] = {
        "suite": word, "metric": "accuracy", "bounds": (0, 1), "outcome": "named", "good": "main", "bad": word,
        "commits": 16, "passed_over": 2, "cases": (word, "c2"), "alpha": 0.05, "step_alpha": 0.00833, "steps": 4,
        "drop": DROP, "culprit": culprit, "asked": 138, "kept": 12, "cost_usd": 0.42,
        "probes": (
            Probe(version=word, side="bad", draws=3, mean=0.2),
            Probe(version="e" * 7, side="unknown", why=word),
        ),
    }  # fmt: skip
    return Bisection(**{**given, **fields})


def told(text: str) -> str:
    return " ".join(text.split())


def test_a_step_and_a_drift_have_their_sentences() -> None:
    assert (
        "lost 6.2 points at bbbbbbb (2026-11-23, a new tariff): [\u22129.0 \u2026 \u22123.3], p < 0.001"
        in told(history_text(make_past()))
    )
    assert "lost 6.2 points since aaaaaaa in 8 accepts, up to bbbbbbb" in told(
        history_text(make_past(accepts=8))
    )
    slower = history_text(make_past(better="lower", bounds=None, relative=True))
    assert "fell by 6.2% at bbbbbbb" in told(slower)


def test_one_baseline_alone_says_how_there_will_be_more() -> None:
    past = make_past()
    alone = past.suites[0].model_copy(update={"accepted": past.suites[0].accepted[-1:], "courses": ()})
    words = "every accept that is committed adds a row"
    assert words in told(history_text(past.model_copy(update={"suites": (alone,)})))
    assert words not in told(history_text(past))


def test_a_past_without_a_change_says_so() -> None:
    assert "No change that luck would not explain." in history_text(make_past(changes=()))


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("cells", [40, 80])
def test_hostile_words_neither_leave_their_line_nor_give_commands(name: str, cells: int) -> None:
    word = CORPUS[name]
    for text in (
        history_text(make_past(word), width=cells),
        bisection_text(make_bisection(word), width=cells),
    ):
        assert "\x1b" not in text
        assert not any(line.lstrip().startswith(("::", "##[")) for line in text.splitlines())
        commands = [line for line in text.splitlines() if line.startswith("    ")]
        assert all(width(line) <= cells for line in text.splitlines() if line not in commands)


@pytest.mark.parametrize("word", ["=1+1", "+cmd", "@x", "-2 rules", 'a "b", c', "two\nlines"])
def test_a_table_runs_nothing_in_a_spreadsheet_and_keeps_its_columns(word: str) -> None:
    lines = history_csv(make_past(word)).splitlines()
    assert len(lines) == 3
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(","))


def test_a_culprit_is_told_with_what_to_look_at_next() -> None:
    text = bisection_text(make_bisection())
    assert "accuracy of prompts/a.md got worse at cccccccccccc: prompts/a.md" in told(text)
    assert "0.90 \u2192 0.30: \u22126.2 points [\u22129.0 \u2026 \u22123.3] on 40 cases" in told(text)
    assert "50% of the drop from good to bad; the rest came elsewhere" in told(text)
    assert "    git show cccccccccccc -- prompts/a.md" in text.splitlines()
    assert "It took 138 trials for about $0.42, and used 12 that were kept." in told(text)
    assert "Each step errs in at most 0.8%, the whole in at most 5% of searches" in told(text)


@pytest.mark.parametrize(
    ("ends", "headline", "command"),
    [
        (("a" * 40, "b" * 40), "between aaaaaaaaaaaa and bbbbbbbbbbbb", "git diff aaaaaaaaaaaa bbbbbbbbbbbb"),
        (("a" * 40, ""), "with what is not committed on top of aaaaaaaaaaaa", "git diff aaaaaaaaaaaa"),
    ],
)
def test_where_no_single_commit_is_looked_for_the_difference_is_told(
    ends: tuple[str, str], headline: str, command: str
) -> None:
    base = make_bisection().culprit
    assert base is not None
    text = bisection_text(make_bisection(culprit=base.model_copy(update={"between": ends})))
    assert f"got worse {headline}." in told(text)
    assert f"    {command} -- prompts/a.md" in text.splitlines()
    assert "cccccccccccc" not in text


def test_each_ending_has_its_headline() -> None:
    headlines = {
        outcome: bisection_text(make_bisection(outcome=outcome, culprit=None)).partition("\n")[0]
        for outcome in ("told", "nothing changed", "nothing worse", "not reproduced", "not confirmed")
    }
    assert len(set(headlines.values())) == 5
    assert all(headlines.values())


def test_files_that_need_each_other_and_files_that_cannot_be_told_apart_are_called_so() -> None:
    base = make_bisection().culprit
    assert base is not None
    both = base.model_copy(update={"files": ("a", "b"), "together": True})
    assert "a, b: only together, none of them alone" in told(bisection_text(make_bisection(culprit=both)))
    unsure = both.model_copy(update={"narrowed": False})
    assert "among a, b: more could not be told" in told(bisection_text(make_bisection(culprit=unsure)))


def test_a_chart_puts_the_largest_at_the_top_and_forgets_the_oldest_where_room_is_short() -> None:
    lines = list(chart([1.0, None, 0.0], labels=("0", "1"), marks={2: "v"}, cells=40))
    assert lines[0].startswith("1 \u2502")
    assert "\u25cf" in lines[0]
    assert lines[-1].startswith("0 \u2502")
    assert lines[-1].endswith("v")
    many = list(chart([float(number) for number in range(200)], labels=("0", "199"), marks={}, cells=40))
    assert max(map(width, many)) <= 40
    assert list(chart([None], labels=("", ""), marks={}, cells=40)) == []
    assert len(list(chart([1.0, 1.0], labels=("1", "1"), marks={}, cells=40))) == 1
