from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.file import parse
from gate.config.scaffold import _function, _variables, look, scaffold
from gate.config.starter import Found
from gate.config.suites import load_suites
from gate.model.errors import UserError
from gate.model.report import Document
from gate.plugins import Plugins


def write(root: Path, documents: tuple[Document, ...]) -> None:
    for document in documents:
        path = root / document.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.text, newline="")


def put(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize("prompt", ["", "You are kind. {{ question }}"], ids=["nothing", "prompt"])
def test_what_is_scaffolded_is_valid_with_the_plug_ins_that_there_are(tmp_path: Path, prompt: str) -> None:
    if prompt:
        put(tmp_path, prompts__answer_dot_md=prompt)
    write(tmp_path, scaffold(tmp_path).documents)
    (suite,) = load_suites(
        parse((tmp_path / "gate.yaml").read_text(), "gate.yaml"), root=tmp_path, catalogue=Plugins()
    )
    assert len(suite.cases) == 12
    assert suite.target.use == ("prompt" if prompt else "python")


def test_nothing_that_exists_is_overwritten(tmp_path: Path) -> None:
    files = {"gate_target.py": "mine = 1\n", "cases/first.jsonl": "mine\n", ".gitignore": "*.pyc\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    write(tmp_path, scaffold(tmp_path).documents)
    assert all((tmp_path / name).read_text().startswith(text) for name, text in files.items())
    assert (tmp_path / "gate_target.py").read_text() == "mine = 1\n"


def test_a_second_time_there_is_a_gate_yaml_already(tmp_path: Path) -> None:
    write(tmp_path, scaffold(tmp_path).documents)
    with pytest.raises(UserError) as caught:
        scaffold(tmp_path)
    assert str(caught.value).startswith("gate.yaml: there is one already\n    fix: edit it")


def test_an_empty_folder_has_nothing_to_be_found(tmp_path: Path) -> None:
    assert look(tmp_path) == Found()


def test_a_prompt_and_a_function_are_found_where_they_are_not_deep_down(tmp_path: Path) -> None:
    put(
        tmp_path,
        src__bot_dot_py="def answer(input): ...",
        prompts__b_dot_md="{{ q }}",
        prompts__a_dot_md="no variable",
    )
    found = look(tmp_path)
    assert (found.template, found.variables, found.function) == ("prompts/b.md", ("q",), "src/bot.py:answer")


def test_hidden_installed_and_test_folders_are_passed_over(tmp_path: Path) -> None:
    for folder in (".venv", "node_modules__x", "tests", "venv__lib", "a__b__c__d"):
        put(
            tmp_path,
            **{f"{folder}__bot_dot_py": "def answer(input): ...", f"{folder}__prompt_dot_md": "{{ q }}"},
        )
    assert look(tmp_path).function is None
    assert look(tmp_path).template is None


def test_a_template_that_needs_more_than_plain_names_is_told_and_not_used(tmp_path: Path) -> None:
    put(tmp_path, prompts__a_dot_j2="{{ customer.name }}")
    found = look(tmp_path)
    assert (found.template, found.other_template) == (None, "prompts/a.j2")


@pytest.mark.parametrize("name", ["README_dot_md", "docs__guide_dot_md", "templates__page_dot_j2"])
def test_a_page_that_is_no_prompt_is_not_taken_for_one(tmp_path: Path, name: str) -> None:
    put(tmp_path, **{name: "{{ question }}"})
    assert look(tmp_path).template is None


def test_a_file_of_git_s_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError) as caught:
        scaffold(tmp_path)
    assert str(caught.value).startswith(".gitignore: cannot be read as text")


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_bytes(b"\xff def answer(x): ...")
    (tmp_path / "prompt.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "large.py").write_text("def answer(x): ...\n" + "#" * 300_000)
    assert look(tmp_path) == Found(taken=frozenset({"bot.py", "large.py"}))


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{{ a }} {{b|upper}} {{-c-}} {{ a }}", ("a", "b", "c")),
        ("{% for d in context %}{{ d.text }}{% endfor %}{{ q }}", ("q",)),
        ("{{ context }} {{ q }}", ("q",)),
        ("{{ a.b }}", None),
        ("{{ 'x' }}", None),
        ("{{ f(x) }}", None),
        ("{% if x %}{{ x }}{% endif %}", None),
        ("${{ secrets.KEY }}", ()),
        ("plain", ()),
    ],
)
def test_the_variables_of_a_template_are_plain_names_or_unknown(
    text: str, variables: tuple[str, ...] | None
) -> None:
    assert _variables(text) == variables


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("def answer(question): ...", "answer"),
        ("async def answer(*, input, k=3): ...", "answer"),
        ("def chat(m): ...\ndef answer(q): ...", "answer"),
        ("def respond(a, b=1, *, c=2): ...", "respond"),
        ("def answer(): ...", None),
        ("def answer(a, b): ...", None),
        ("def answer(a, *, b): ...", None),
        ("class A:\n    def answer(self): ...", None),
        ("def other(a): ...", None),
        ("'\\d'\ndef answer(a): ...", "answer"),
        ("def answer(", None),
        ("\x00", None),
    ],
)
def test_a_function_counts_where_one_argument_is_enough(text: str, function: str | None) -> None:
    assert _function(text) == function


@given(st.text())
def test_any_text_is_looked_at_without_a_crash(text: str) -> None:
    _function(text)
    _variables(text)
