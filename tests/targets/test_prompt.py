import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gate.llm.door import AnthropicModel
from gate.model.case import Case, Context, Message, Place
from gate.model.errors import UserError
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply
from gate.targets.prompt import PromptOptions, PromptTarget
from tests.builders import make_case, make_reply, make_setting
from tests.doubles import MessagesApi, said


class Model:
    """A model that notes what it is asked."""

    def __init__(self, outcome: Reply | Failure) -> None:
        self.outcome = outcome
        self.requests: list[ModelRequest] = []

    async def ask(self, request: ModelRequest) -> Reply | Failure:
        self.requests.append(request)
        return self.outcome


def make_target(
    root: Path, template: str = "{{ input }}", *, system: str | None = None, **given: Any
) -> PromptTarget:
    (root / "answer.txt").write_text(template)
    if system is not None:
        (root / "system.txt").write_text(system)
        given["system"] = "system.txt"
    model = given.pop("llm", None)
    options = PromptOptions(**{"template": "answer.txt", "model": "m", **given})
    return PromptTarget(options, make_setting(root, llm=lambda: model) if model else make_setting(root))


def asked(root: Path, case: Case, *arguments: str, **given: Any) -> ModelRequest:
    model = Model(make_reply())
    target = make_target(root, *arguments, llm=model, **given)
    target.check(case)
    assert asyncio.run(target.ask(case)) is model.outcome
    return model.requests[0]


def turns(*pairs: tuple[str, str]) -> tuple[Message, ...]:
    return tuple(Message.model_validate({"role": role, "content": content}) for role, content in pairs)


def test_a_text_fills_input_and_its_passages_fill_context(tmp_path: Path) -> None:
    case = make_case(input="why?", context=(Context(text="a", id="d1"), Context(text="b")))
    template = "{% for c in context %}{{ c.text }}{{ c.id is defined }} {% endfor %}{{ input }}"
    assert asked(tmp_path, case, template).messages == turns(("user", "aTrue bFalse why?"))


def test_a_mapping_fills_its_own_names(tmp_path: Path) -> None:
    case = make_case(input={"question": "why?", "facts": {"n": 3}})
    assert asked(tmp_path, case, "{{ question }} {{ facts.n }}").messages == turns(("user", "why? 3"))


def test_model_bound_effort_and_streaming_are_those_of_the_options(tmp_path: Path) -> None:
    request = asked(tmp_path, make_case(input="q"), model="x", max_tokens=7, effort="low", stream=False)
    expected = ModelRequest(
        model="x", messages=turns(("user", "q")), max_tokens=7, effort="low", stream=False
    )
    assert request == expected


def test_the_system_template_sees_the_same_variables(tmp_path: Path) -> None:
    request = asked(
        tmp_path, make_case(input={"q": "why?", "tone": "calm"}), "{{ q }}", system="Be {{ tone }}."
    )
    assert (request.system, request.messages) == ("Be calm.", turns(("user", "why?")))


def test_a_system_template_that_renders_to_nothing_sends_none(tmp_path: Path) -> None:
    assert asked(tmp_path, make_case(input="q"), "{{ input }}", system="{# nothing yet #}\n").system is None


def test_a_conversation_is_sent_as_it_stands_under_the_rendered_template(tmp_path: Path) -> None:
    conversation = turns(("user", "hi"), ("assistant", "hello"), ("user", "{{ input }}"))
    request = asked(tmp_path, make_case(input=conversation), "You have {{ input | length }} turns.")
    assert (request.system, request.messages) == ("You have 3 turns.", conversation)


def test_of_a_conversation_all_that_speaks_to_the_model_beforehand_becomes_its_system_prompt(
    tmp_path: Path,
) -> None:
    conversation = turns(("system", "of the case"), ("user", "hi"), ("system", "later"), ("user", "so?"))
    request = asked(tmp_path, make_case(input=conversation), "of the template", system="of the system")
    assert request.system == "of the system\n\nof the template\n\nof the case"
    assert request.messages == conversation[1:]


@pytest.mark.parametrize("name", ["expected", "case", "tags", "id", "self.expected"])
def test_what_is_expected_and_how_a_case_is_tagged_is_out_of_the_template_s_reach(
    name: str, tmp_path: Path
) -> None:
    case = make_case(input={"q": "x"}, expected="canary", tags={"category": "canary"})
    with pytest.raises(UserError, match="cannot be filled in"):
        make_target(tmp_path, f"{{{{ {name} }}}}").check(case)


def test_a_missing_variable_is_told_with_case_place_line_and_name_before_any_call(tmp_path: Path) -> None:
    case = make_case("c7", input={"q": "x"}, place=Place(file="cases.jsonl", line=7))
    with pytest.raises(UserError) as refusal:
        make_target(tmp_path, "\n{{ question }}").check(case)
    for word in ("answer.txt:2", "'c7'", "cases.jsonl:7", "'question' is undefined", "context, q"):
        assert word in str(refusal.value)


@pytest.mark.parametrize("case", [make_case(input="  "), make_case(input=turns(("system", "only this")))])
def test_an_empty_prompt_is_refused_before_any_call(case: Case, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is empty"):
        make_target(tmp_path).check(case)


def test_a_variable_and_a_context_of_the_same_name_are_refused(tmp_path: Path) -> None:
    case = make_case(input={"context": "mine"}, context=(Context(text="t"),))
    with pytest.raises(UserError, match="both a variable"):
        make_target(tmp_path, "{{ context }}").check(case)
    alone = make_case(input={"context": "mine"})
    assert asked(tmp_path, alone, "{{ context }}").messages == turns(("user", "mine"))


def test_both_templates_and_what_they_include_are_depended_on(tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text("rules")
    target = make_target(tmp_path, "{{ input }}", system="{% include 'rules.txt' %}")
    assert target.files() == ["answer.txt", "rules.txt", "system.txt"]


@pytest.mark.parametrize("given", [{"temperature": 0}, {"max_tokens": 0}, {"effort": "huge"}, {"model": ""}])
def test_an_option_that_does_not_exist_or_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PromptOptions(**{"template": "a", "model": "m", **given})


def test_the_door_to_the_model_is_opened_when_the_run_begins_and_not_before(tmp_path: Path) -> None:
    target = make_target(tmp_path)  # the setting's door raises when it is opened
    target.check(make_case())
    with pytest.raises(AssertionError, match="must not open the door"):
        target.open()


def test_a_prompt_reaches_the_real_api_s_types_and_its_answer_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def walk() -> Reply | Failure:
        model = AnthropicModel(concurrency=2, timeout_s=30)
        target = make_target(tmp_path, "Q: {{ input }}", system="Be brief.", llm=model, effort="high")
        try:
            return await target.ask(make_case(input="why?"))
        finally:
            await target.aclose()
            await model.aclose()

    with MessagesApi(said("because", thinking="hm")) as api:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        reply = asyncio.run(walk())
    assert isinstance(reply, Reply)
    assert reply.output == "because"
    assert api.requests[0].json["messages"] == [{"role": "user", "content": "Q: why?"}]
