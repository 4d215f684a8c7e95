from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.model.errors import UserError
from gate.targets.template import MAX_CHARACTERS, PromptTemplate


def make_template(root: Path, text: str, **others: str) -> PromptTemplate:
    folder = root / "prompts"
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    (folder / "answer.txt").write_text(text, encoding="utf-8")
    for name, other in others.items():
        (folder / "parts" / f"{name}.txt").write_text(other, encoding="utf-8")
    return PromptTemplate("prompts/answer.txt", root=root, key="template")


def test_variables_are_filled_in_and_a_loop_runs(tmp_path: Path) -> None:
    template = make_template(
        tmp_path, "{{ q }}{% for c in context %} [{{ loop.index }}] {{ c.text }}{% endfor %}"
    )
    assert template.render({"q": "why?", "context": [{"text": "a"}, {"text": "b"}]}) == "why? [1] a [2] b"


def test_nothing_is_escaped(tmp_path: Path) -> None:
    assert make_template(tmp_path, "{{ q }}").render({"q": "<b> & \"'"}) == "<b> & \"'"


def test_a_missing_variable_is_told_with_its_name_file_and_line(tmp_path: Path) -> None:
    template = make_template(tmp_path, "one\ntwo {{ question }}\n")
    with pytest.raises(UserError, match=r"prompts/answer.txt:2: .*'question' is undefined") as refusal:
        template.render({"query": "x", "context": []})
    assert refusal.value.problems[0].fix == "variables of this case are: context, query"


def test_a_missing_variable_of_an_included_file_is_told_where_it_stands(tmp_path: Path) -> None:
    template = make_template(tmp_path, "\n\n{% include 'parts/rules.txt' %}", rules="\n{{ tone }}")
    with pytest.raises(UserError, match=r"prompts/parts/rules.txt:2: .*'tone' is undefined"):
        template.render({})


def test_a_missing_variable_is_an_error_also_where_it_is_only_tested(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="undefined"):
        make_template(tmp_path, "{% if tone %}a{% endif %}").render({})
    assert make_template(tmp_path, "{% if tone is defined %}a{% endif %}b").render({}) == "b"


def test_every_file_that_is_included_is_depended_on(tmp_path: Path) -> None:
    template = make_template(
        tmp_path,
        "{% include 'parts/a.txt' %}{% if x is defined %}{% include 'parts/b.txt' %}{% endif %}",
        a="{% import 'parts/c.txt' as c %}",
        b="b",
        c="c",
    )
    assert template.files == (
        "prompts/answer.txt",
        "prompts/parts/a.txt",
        "prompts/parts/b.txt",
        "prompts/parts/c.txt",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n{% include 'parts/none.txt' %}", "includes 'parts/none.txt', which is no file in prompts/"),
        ("{% include '../secret.txt' %}", "no file in prompts/ or below"),
        ("{% include '/etc/hostname' %}", "no file in prompts/ or below"),
        ("{% include 'parts/link.txt' %}", "no file in prompts/ or below"),
        ("{% include name %}", "hides what the prompt depends on"),
        ("a\n{{ b", "prompts/answer.txt:2: this is no valid template"),
        ("{% for %}", "no valid template"),
        ("a\n{{ b | nosuchfilter }}", "prompts/answer.txt:2: this is no valid template: No filter"),
        ("{{ b | random }}", "No filter named 'random'"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_before_any_case(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "prompts" / "parts").mkdir(parents=True)
    (tmp_path / "prompts" / "parts" / "link.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UserError) as refusal:
        make_template(tmp_path, text)
    assert said in str(refusal.value)


def test_a_template_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"ab\xff")
    with pytest.raises(UserError, match=r"a.txt: this is not UTF-8 \(byte 2\)"):
        PromptTemplate("a.txt", root=tmp_path, key="template")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ q.__init__.__globals__ }}",
        "{{ context.append('x') }}",
        "{{ 1 / 0 }}",
        "{{ lipsum() }}",
        "{{ range(10000000) | list }}",
    ],
)
def test_what_the_sandbox_or_python_refuses_is_the_template_s_problem(text: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"prompts/answer.txt:1: the template cannot be filled in"):
        make_template(tmp_path, text).render({"q": "x", "context": []})


def test_a_template_that_writes_without_end_is_stopped(tmp_path: Path) -> None:
    text = (
        "{% for i in range(99999) %}{% for j in range(99999) %}" + "x" * 10_000 + "{% endfor %}{% endfor %}"
    )
    with pytest.raises(UserError, match=f"more than {MAX_CHARACTERS:,} characters"):
        make_template(tmp_path, text).render({})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_a_text_of_a_case_is_never_read_as_a_template(tmp_path: Path, text: str) -> None:
    assert make_template(tmp_path, "[{{ q }}]").render({"q": text}) == f"[{text}]"
    assert (
        make_template(tmp_path, "[{{ q }}]").render({"q": "{{ 7 * 7 }}" + text})
        == "[{{ 7 * 7 }}" + text + "]"
    )


def test_a_variable_may_have_any_name(tmp_path: Path) -> None:
    assert make_template(tmp_path, "{{ self_ }}{{ args }}").render({"self_": 1, "args": 2, "self": 3}) == "12"
