"""A results file that is read row by row says what it says as a whole, in every layout, and breaks with the same words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.errors import UserError
from gate.model.files import dump_results, load_results
from gate.model.reply import Failure
from gate.model.results import ResultsFile
from gate.model.run import RunResult
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_run, make_trial

RUN = make_run(
    [
        make_trial("a", reply=make_reply('],\n"trials": [\n\u2028 😀')),
        make_trial("b", scores=(Score.abstain("why", metric="accuracy"),)),
        make_trial("b", 1, reply=None, failures=(Failure(stage="target", kind="timeout", message="m"),)),
    ],
)
TEXT = dump_results(RUN)
OTHERWISE = {
    "pretty": json.dumps(json.loads(TEXT), indent=2),
    "in one line": json.dumps(json.loads(TEXT)),
    "trials first": json.dumps(dict(sorted(json.loads(TEXT).items(), reverse=True)), indent=0),
    "Windows": TEXT.replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + TEXT,
    "no line end": TEXT.rstrip(),
    "blanks": TEXT.replace('},\n{"case_id"', '} ,\n\n {"case_id"'),
    "two in a row": TEXT.replace('},\n{"case_id"', '},{"case_id"'),
}


def read(text: str) -> RunResult:
    file = ResultsFile(text, "results.json")
    return file.head.model_copy(update={"cases": tuple(file.cases), "trials": tuple(file.trials)})


@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text()), max_size=5, unique_by=lambda row: row[0])
)
def test_row_by_row_it_is_the_run_that_was_written(rows: list[tuple[str, str]]) -> None:
    cases = tuple(make_case(case_id, input=text) for case_id, text in rows)
    run = make_run([make_trial(case_id, reply=make_reply(text)) for case_id, text in rows], cases=cases)
    assert read(dump_results(run)) == run


@pytest.mark.parametrize("layout", OTHERWISE)
def test_a_file_in_another_layout_says_the_same(layout: str) -> None:
    assert read(OTHERWISE[layout]) == RUN == load_results(OTHERWISE[layout], "results.json")


def test_it_can_be_gone_through_again_and_reduced_to_some_cases() -> None:
    file = ResultsFile(TEXT, "results.json")
    assert [list(file.trials), list(file.cases)] == [list(file.trials), list(file.cases)]
    assert file.only({"b"}) == make_run(RUN.trials[1:], draws=RUN.draws)
    assert file.only(()) == RUN.model_copy(update={"cases": (), "trials": ()})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"index":1', '"index":-1'),
        ('"index":1', '"index":1,"more":2'),
        ('"index":1', '"index":1,"index":1'),
        ('"value":1.0', '"value":NaN'),
        ('"value":1.0', '"value":1e999'),
        ('"case_id":"b"', '"case_id":"b'),
        ('"input":"question of b"', '"input":7'),
        ('"draws": 2', '"draws": 0'),
        ('"draws": 2', '"draws": 2,\n"trials": []'),
        ('"cases": [', '"cases": [{},'),
        ('"gate_results": 1', '"gate_results": 2'),
        ('"gate_results": 1', '"gate_baseline": 1'),
        ('\n{"case_id":"b"', '\n<<<<<<< ours\n{"case_id":"b"'),
        ("\n]\n}\n", "\n]\n"),
        ("\n]\n}\n", "\n]\n}\n}\n"),
        ('"output":', '"output":' + "[" * 100_000 + '"'),
        (TEXT, ""),
    ],
)
def test_what_is_wrong_is_said_as_of_the_whole_file(old: str, new: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(UserError) as whole:
        load_results(text, "results.json")
    with pytest.raises(UserError) as rows:
        read(text)
    assert str(rows.value) == str(whole.value)
