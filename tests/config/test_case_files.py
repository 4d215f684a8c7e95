import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.case_files import MAX_YAML_BYTES, _yaml_list, read_cases
from gate.config.cases import case_of
from gate.config.rows import MAX_CASE_BYTES
from gate.model.case import Case
from gate.model.errors import Problem, UserError

OCTAL = "a whole number with a leading zero is octal to some readers of YAML and decimal to others"
LINE = '{"id": "a", "input": "x"}\n'


def read(root: Path, **files: str | bytes) -> tuple[list[Case], list[str]]:
    """Write the files (`c_jsonl` is c.jsonl) and read them in their order."""
    names = []
    for key, content in files.items():
        name = key.replace("_", ".")
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        names.append(name)
    cases, problems = read_cases(names, root=root)
    return cases, [str(problem).partition("\n")[0] for problem in problems]


def test_the_three_formats_say_the_same(tmp_path: Path) -> None:
    jsonl = '{"id": "a", "input": {"q": "x"}, "expected": "y", "context": ["c"], "tags": {"t": "3"}}\n'
    yaml = "- id: a\n  input: {q: x}\n  expected: y\n  context: [c]\n  tags: {t: 3}\n"
    table = "id,input.q,expected,context,tags.t\na,x,y,c,3\n"
    found = [
        read(tmp_path, **{name: content})
        for name, content in {
            "c_jsonl": jsonl,
            "c_ndjson": jsonl,
            "c_yaml": yaml,
            "c_yml": f"cases:\n{yaml}",
            "c_csv": table,
        }.items()
    ]
    assert all(not problems for _, problems in found)
    assert len({cases[0].model_copy(update={"place": None}).model_dump_json() for cases, _ in found}) == 1


def test_cases_keep_the_order_of_the_files_and_know_their_place(tmp_path: Path) -> None:
    cases, problems = read(
        tmp_path,
        z_jsonl='\n{"id": "1", "input": "x"}\n{"id": "0", "input": "x"}\n',
        a_yaml="cases:\n- id: b\n  input: x\n",
    )
    assert not problems
    assert [(case.id, str(case.place)) for case in cases] == [
        ("1", "z.jsonl:2"), ("0", "z.jsonl:3"), ("b", "a.yaml:2"),
    ]  # fmt: skip


def test_an_id_that_stands_twice_names_both_places_also_in_two_files(tmp_path: Path) -> None:
    _, problems = read(tmp_path, a_jsonl=LINE + "\n" + LINE, b_csv="id,input\na,y\n")
    assert problems == [
        "a.jsonl:3: id: the id 'a' stands twice, first at a.jsonl:1",
        "b.csv:2: id: the id 'a' stands twice, first at a.jsonl:1",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("c_jsonl", ""), ("c_jsonl", "\n \n"), ("c_csv", ""), ("c_csv", "id,input\n"), ("c_yaml", ""), ("c_yaml", "[]"),
     ("c_yaml", "cases: []"), ("c_yaml", "# nothing")],
)  # fmt: skip
def test_a_file_without_a_case_is_an_error(tmp_path: Path, name: str, content: str) -> None:
    cases, problems = read(tmp_path, **{name: content})
    assert not cases
    assert problems == [f"{name.replace('_', '.')}: there is no case in this file"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("id: a", "c.yaml:1: id: this key is not known here"),
        ("casez: []", "c.yaml:1: casez: this key is not known here"),
        ("cases: 3", "c.yaml: a YAML file of cases is a list of cases, or a mapping with the list `cases`"),
        ("text", "c.yaml: a YAML file of cases is a list of cases, or a mapping with the list `cases`"),
        ("- id: a\n  input: [x", "c.yaml:2: this is not YAML: a bracket that is opened here is not closed, or a comma is missing"),
        ("- id: 010\n  input: x", f'c.yaml:1: [0].id: {OCTAL} (found "010")'),
        ("- id: a\n  input: x\n- id: b\n  inptu: y\n  input: z", 'c.yaml:4: inptu: this key is not known here (found "y")'),
        (b"- id: a\n  input: caf\xe9", "c.yaml:2: this is not UTF-8"),
        ("- id: a\n  input: " + "x" * (MAX_CASE_BYTES + 1), "c.yaml:1: one case has more than 10 MB"),
        (b" " * (MAX_YAML_BYTES + 1), "c.yaml: a YAML file of cases has at most 50 MB"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_mistake_in_a_yaml_file_is_told_with_its_line(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    assert read(tmp_path, c_yaml=content)[1] == [problem]


def test_a_case_beyond_ten_megabytes_is_refused_and_the_others_are_checked(tmp_path: Path) -> None:
    huge = '{"id": "big", "input": "' + "x" * 50_000_000 + '"}\n'
    cases, problems = read(tmp_path, c_jsonl=LINE + huge + '{"id": "b"}\n')
    assert [case.id for case in cases] == ["a"]
    assert problems == ["c.jsonl:2: one case has more than 10 MB", "c.jsonl:3: input: this key is missing"]


def test_of_many_problems_the_first_twenty_are_told_and_how_many_more_there_are(tmp_path: Path) -> None:
    _, problems = read(tmp_path, c_jsonl="nope\n" * 1025, d_jsonl="{}\n")
    assert len(problems) == 23
    assert problems[20] == "c.jsonl: 1,005 more problems like these stand in this file"
    assert problems[21].startswith("d.jsonl:1: id")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, c_txt=LINE)[1] == [
        "c.txt: a case file ends in .jsonl, .yaml or .csv, this one in .txt"
    ]
    assert read(tmp_path, c_JSONL=LINE)[1] == []


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").mkdir()
    _, (problem,) = read_cases(["c.jsonl"], root=tmp_path)
    assert str(problem) == "c.jsonl: cannot be read: Is a directory"


def test_ten_thousand_cases_are_read_without_a_problem(tmp_path: Path) -> None:
    text = "".join(
        f'{{"id": "case-{n}", "input": "question {n}", "tags": {{"t": {n % 7}}}}}\n' for n in range(10_000)
    )
    cases, problems = read(tmp_path, c_jsonl=text)
    assert (len(cases), problems) == (10_000, [])


@pytest.mark.parametrize("name", ["c_jsonl", "c_yaml"])
def test_values_as_deep_and_as_large_as_is_allowed_make_a_case_that_can_be_hashed(
    tmp_path: Path, name: str
) -> None:
    deep = "[" * 60 + "1" + "]" * 60
    number = "1" * 300
    text = f'{{"id": "a", "input": {{"x": {deep}}}, "expected": {number}, "tags": {{"n": {number}}}}}'
    (case,), problems = read(tmp_path, **{name: text if name == "c_jsonl" else f"- {text}"})
    assert not problems
    assert len(case.key) == 16
    assert case.tags["n"] == number


def test_a_score_that_is_too_large_for_a_number_is_a_problem(tmp_path: Path) -> None:
    row = f'{{"id": "a", "input": "x", "context": [{{"text": "x", "score": 1{"0" * 400}}}]}}'
    assert read(tmp_path, c_jsonl=row)[1][0].startswith("c.jsonl:1: context[0].score: must be a")


@given(st.text(alphabet="ab: -[]{}\"'\n\tidnput,0.1~&*<|#", max_size=80))
def test_any_text_in_a_yaml_file_is_rows_or_problems(text: str) -> None:
    try:
        found = list(_yaml_list(io.BytesIO(b"- id: a\n  " + text.encode()), "c.yaml"))
    except UserError:
        return
    assert all(isinstance(one, Problem) or case_of(one, file="c.yaml") for one in found)
