"""Case → Reply of a language model to a rendered prompt file. Never shows the template what is expected."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Case, Message
from gate.model.errors import Problem, UserError
from gate.model.ports import ModelRequest, Setting, Target, shown_request
from gate.model.reply import Failure, Reply
from gate.model.shown import Shown
from gate.targets.question import question
from gate.targets.template import PromptTemplate


class PromptOptions(Noun):
    """What stands under `with:` of a `prompt` target."""

    template: str = Field(
        description="Path of the prompt: a Jinja template, rendered with the case's variables into the user's message."
    )
    system: str | None = Field(
        default=None, description="Path of a second template, rendered into the system prompt."
    )
    model: str = Field(
        min_length=1, description="Name of the model, best one with a date in it: an alias moves."
    )
    max_tokens: int = Field(
        default=1024,
        ge=1,
        description="Longest answer, in tokens, thinking included. A longer one is cut off.",
    )
    effort: Literal["low", "medium", "high"] | None = Field(
        default=None, description="How much effort the model puts in; left out, the model's own default."
    )
    stream: bool = Field(
        default=True, description="Stream the answer, so that the time to the first token is measured."
    )


class PromptTarget(Target):
    """A prompt file and a model.

    A text fills `{{ input }}`, a mapping its own keys, retrieved passages `{{ context }}`. A case that is a
    conversation is sent as it stands, and the rendered template becomes its system prompt.
    """

    Options: ClassVar = PromptOptions
    options: PromptOptions
    whole: ClassVar = True

    def __init__(self, options: PromptOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._template = PromptTemplate(options.template, root=setting.root, key="template")
        self._system = (
            PromptTemplate(options.system, root=setting.root, key="system") if options.system else None
        )

    def files(self) -> Sequence[str]:
        """The templates and everything they include."""
        system = self._system.files if self._system else ()
        return sorted({*self._template.files, *system})

    def check(self, case: Case) -> None:
        """Render the case's prompt and throw it away: what is missing is found before any call."""
        self.request(case)

    def models(self) -> Sequence[str]:
        """The one that answers."""
        return (self.options.model,)

    def open(self) -> None:
        """Open the door to the model, which needs a key."""
        self.setting.llm()

    async def ask(self, case: Case) -> Reply | Failure:
        """Ask the model once."""
        return await self.setting.llm().ask(self.request(case))

    def request(self, case: Case) -> ModelRequest:
        """The question that a case makes, its prompt rendered."""
        try:
            system, messages = self._prompt(case, _variables(case))
        except UserError as error:
            raise _of_case(error, case) from None
        if not any(message.content.strip() for message in messages):
            raise UserError(
                Problem(message=f"the prompt of case {case.id!r} is empty", place=case.place, key="template")
            )
        return ModelRequest(
            model=self.options.model,
            messages=messages,
            system=system or None,
            max_tokens=self.options.max_tokens,
            effort=self.options.effort,
            stream=self.options.stream,
        )

    def shown(self, case: Case) -> Shown:
        """The request, with the templates and the variables that it was made of."""
        sent = shown_request(self.request(case))
        templates = [template for template in (self.options.template, self.options.system) if template]
        made = {"made of": templates, "variables": _variables(case)}
        return sent.model_copy(update={"parts": {**sent.parts, **made}})

    def _prompt(self, case: Case, variables: dict[str, Any]) -> tuple[str, tuple[Message, ...]]:
        """The system prompt and the messages. A conversation's own leading system messages come last in the former."""
        parts = [self._system.render(variables)] if self._system else []
        text = self._template.render(variables)
        if not isinstance(case.input, tuple):
            return "\n\n".join(parts), (Message(role="user", content=text),)
        start = next((i for i, m in enumerate(case.input) if m.role != "system"), len(case.input))
        parts += [text, *(message.content for message in case.input[:start])]
        return "\n\n".join(part for part in parts if part.strip()), case.input[start:]


def _variables(case: Case) -> dict[str, Any]:
    """What a template may use.

    Raises:
        UserError: the input has a variable `context`, and the case has a context of its own.
    """
    plain = question(case)
    if not isinstance(plain["input"], dict):
        return {"input": plain["input"], "context": plain["context"]}
    if "context" in plain["input"] and plain["context"]:
        raise UserError(
            Problem(
                message="`context` is both a variable of the input and the case's own context",
                place=case.place,
                key="context",
                fix="rename one of them",
            )
        )
    return {"context": plain["context"], **plain["input"]}


def _of_case(error: UserError, case: Case) -> UserError:
    """The same problems, naming the case; where a problem stands in a template, the case's place goes into the text."""
    where = f"case {case.id!r}" + (f" ({case.place})" if case.place else "")
    return UserError(*(p.model_copy(update={"message": f"{where}: {p.message}"}) for p in error.problems))
