"""A recorded verdict is given again without a model; what is not recorded is asked, or is no verdict at all."""

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.evaluators.judge.judge import Judge
from gate.evaluators.judge.options import JudgeOptions
from gate.evaluators.judge.pairwise import Pairwise, PairwiseOptions
from gate.evaluators.judge.recording import Verdict, dump_verdicts, load_verdicts
from gate.model.errors import Problem, UserError
from gate.model.files import dump_results
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_run, make_sample, make_setting, make_trial
from tests.evaluators.judge.judging import Model, judged, make_judge, sample, verdict

FILE = "verdicts.jsonl"


def no_door() -> NoReturn:
    raise UserError(Problem(message="there is no key"))


def keyless(root: Path, **options: Any) -> Judge:
    given = {"rubric": "helpfulness", "model": "claude-judge", "recorded": FILE, **options}
    return Judge("it", JudgeOptions.model_validate(given), make_setting(root, llm=no_door))


def write(root: Path, *scores: Score, **fields: Any) -> None:
    """Record what these scores say, as `gate record` does."""
    verdicts = (
        Verdict(
            asked=score.asked or "",
            value=score.value,
            abstained=score.abstained,
            source=score.judge or "",
            **fields,
        )
        for score in scores
    )
    (root / FILE).write_text(dump_verdicts(verdicts))


def test_a_recorded_verdict_is_given_again_without_a_key_and_says_that_it_was_recorded(
    tmp_path: Path,
) -> None:
    (live,) = judged(make_judge(Model(verdict("fail")), root=tmp_path), sample("an answer"))
    write(tmp_path, live, critique="as it was")
    judge = keyless(tmp_path)
    judge.open()
    (score,) = judged(judge, sample("an answer"))
    assert (score.value, score.explanation) == (0.0, "as it was")
    assert score.judge == "recorded: claude-judge"


def test_a_recorded_abstention_stays_one(tmp_path: Path) -> None:
    (live,) = judged(make_judge(Model(verdict("unknown")), root=tmp_path))
    write(tmp_path, live)
    (score,) = judged(keyless(tmp_path))
    assert (score.value, score.abstained) == (None, "unknown")


def test_what_is_not_recorded_is_no_number_where_there_is_no_key(tmp_path: Path) -> None:
    (live,) = judged(make_judge(Model(verdict("pass")), root=tmp_path), sample("an answer"))
    write(tmp_path, live)
    (score,) = judged(keyless(tmp_path), sample("another answer"))
    assert (score.value, score.abstained, score.judge) == (None, "not_recorded", None)
    assert "there is no key" in (score.explanation or "")


def test_what_is_not_recorded_is_asked_of_the_model_where_there_is_a_key(tmp_path: Path) -> None:
    model = Model(verdict("pass"))
    (live,) = judged(make_judge(model, root=tmp_path), sample("an answer"))
    write(tmp_path, live)
    judge = make_judge(model, root=tmp_path, recorded=FILE)
    known, new = judged(judge, sample("an answer"), sample("another answer"))
    assert (known.judge, new.judge) == ("recorded: claude-judge", "claude-judge")
    assert len(model.requests) == 2
    assert new.asked not in {None, known.asked}


def test_planted_responses_are_asked_only_where_a_model_is_asked_at_all(tmp_path: Path) -> None:
    model = Model(verdict("fail"))
    (live,) = judged(make_judge(model, root=tmp_path), sample("an answer"))
    write(tmp_path, live)
    judge = make_judge(model, root=tmp_path, recorded=FILE, canaries=1)
    judged(judge, sample("an answer"))
    assert len(model.requests) == 1
    judged(make_judge(model, root=tmp_path, recorded=FILE, canaries=1), sample("another answer"))
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"rubric": "tone"},
        {"model": "claude-other"},
        {"model": ["claude-judge", "claude-other"]},
        {"repeats": 3},
        {"effort": "low"},
        {"show_expected": False},
        {"scale": [{"value": 0, "means": "bad"}, {"value": 1, "means": "good"}]},
    ],
)
def test_a_verdict_answers_only_the_very_question_that_was_asked(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    about = sample("an answer", expected="the reference")
    (live,) = judged(make_judge(Model(verdict("pass")), root=tmp_path), about)
    write(tmp_path, live)
    (same,) = judged(keyless(tmp_path), about)
    (score,) = judged(keyless(tmp_path, **other), about)
    assert (same.value, score.abstained) == (1.0, "not_recorded")


def test_the_boundary_which_is_drawn_anew_is_no_part_of_the_question(tmp_path: Path) -> None:
    judge = make_judge(Model(verdict("pass")), root=tmp_path)
    first, second = judged(judge, sample("an answer"), sample("an answer"))
    assert first.asked == second.asked


def test_a_missing_key_is_told_before_the_run_where_nothing_is_recorded_yet(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no key"):
        keyless(tmp_path).open()


def test_an_empty_file_is_where_verdicts_may_be_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("")
    judge = keyless(tmp_path)
    judge.open()
    (missing,) = judged(judge)
    line = {"asked": missing.asked, "value": 1, "source": "written by hand"}
    (tmp_path / FILE).write_text(json.dumps(line))
    (score,) = judged(keyless(tmp_path))
    assert (score.value, score.judge) == (1.0, "recorded: written by hand")


def test_a_judge_that_can_ask_nobody_announces_no_calls(tmp_path: Path) -> None:
    (live,) = judged(make_judge(Model(verdict("pass")), root=tmp_path))
    write(tmp_path, live)
    assert (keyless(tmp_path).calls, list(keyless(tmp_path).models())) == (0, [])
    assert make_judge(Model(verdict("pass")), root=tmp_path, recorded=FILE).calls == 1


def test_the_recording_counts_into_the_instrument_and_scores_of_an_earlier_run_are_not_used_again(
    tmp_path: Path,
) -> None:
    assert FILE not in keyless(tmp_path).files()
    (live,) = judged(make_judge(Model(verdict("pass")), root=tmp_path))
    write(tmp_path, live)
    assert FILE in keyless(tmp_path).files()
    assert not keyless(tmp_path).whole
    assert make_judge(Model(verdict("pass")), root=tmp_path).whole


def test_a_comparison_of_two_responses_is_recorded_too(tmp_path: Path) -> None:
    case = make_case("a")
    result = make_run([make_trial("a", reply=make_reply("the old one"))], cases=(case,))
    (tmp_path / "old.json").write_text(dump_results(result))
    options = PairwiseOptions(rubric="tone", model="claude-judge", against="old.json", recorded=FILE)
    model = Model(verdict("first"), verdict("second"))
    about = make_sample(case, make_reply("the new one"))
    setting = make_setting(tmp_path, llm=lambda: model)
    (live,) = judged(Pairwise("it", options, setting), about)  # type: ignore[arg-type]
    write(tmp_path, live)
    alone = Pairwise("it", options, make_setting(tmp_path, llm=no_door))
    alone.open()
    (score,) = judged(alone, about)  # type: ignore[arg-type]
    assert (live.value, score.value, score.judge) == (1.0, 1.0, "recorded: claude-judge")
    assert (alone.calls, alone.whole, FILE in alone.files()) == (0, False, True)


# --- the file -----------------------------------------------------------------------------------------------------------

words = st.text(max_size=20)
verdicts = st.builds(
    Verdict,
    asked=st.text("0123456789abcdef", min_size=16, max_size=16),
    value=st.floats(allow_nan=False, allow_infinity=False),
    critique=words,
    source=st.text(min_size=1, max_size=20),
    about=words,
)


@given(st.lists(verdicts, unique_by=lambda each: each.asked))
def test_the_file_says_the_same_in_any_order_and_is_read_back(given: list[Verdict]) -> None:
    text = dump_verdicts(given)
    assert text == dump_verdicts(reversed(given))
    assert load_verdicts(text, FILE) == {each.asked: each for each in given}
    assert text.count("\n") == len(given)


def test_half_a_surrogate_pair_breaks_no_file() -> None:
    (read,) = load_verdicts(
        dump_verdicts([Verdict(asked="0" * 16, value=1, source="x", about="\ud800")]), FILE
    ).values()
    assert read.about == "?"


LINE = {"asked": "0" * 16, "value": 1, "source": "written by hand"}


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[]",
        "[" * 100_000,
        json.dumps({**LINE, "asked": "short"}),
        json.dumps({**LINE, "source": ""}),
        json.dumps({**LINE, "verdict": "pass"}),
        json.dumps({**LINE, "abstained": "unknown"}),
        json.dumps({"asked": "0" * 16, "source": "x"}),
        json.dumps({**LINE, "value": float("nan")}),
        '{"value":0,' + json.dumps(LINE)[1:],
        f"{json.dumps(LINE)}\n{json.dumps(LINE)}",
        "<<<<<<< ours",
    ],
)
def test_a_line_that_is_no_verdict_is_refused_at_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / FILE).write_text(f"\n{line}\n")
    with pytest.raises(UserError) as refused:
        keyless(tmp_path)
    place = refused.value.problems[0].place
    assert place is not None
    assert (place.file, place.line) == (FILE, 3 if line.startswith(json.dumps(LINE)) else 2)


@pytest.mark.parametrize("file", ["../verdicts.jsonl", "/etc/hostname", "."])
def test_a_recording_is_a_file_in_the_repository(tmp_path: Path, file: str) -> None:
    with pytest.raises(UserError) as refused:
        keyless(tmp_path, recorded=file)
    assert refused.value.problems[0].key == "recorded"


def test_a_recorded_number_that_is_no_verdict_of_this_judge_is_still_held_against_its_metric(
    tmp_path: Path,
) -> None:
    (live,) = judged(make_judge(Model(verdict("pass")), root=tmp_path))
    write(tmp_path, live.model_copy(update={"value": 7.0}))
    judge = keyless(tmp_path)
    (score,) = judged(judge)
    assert score.value == 7.0
    assert not judge.metrics[0].admits(score.value)
