"""Sample beside a recorded response → which of the two a language model prefers, asked in both orders.

A preference that follows the order of the responses is a tie, and so is the very same response.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from gate.evaluators.expected import refusal
from gate.evaluators.judge.asking import Asker, unasked
from gate.evaluators.judge.files import NoSuchTextError, text_of
from gate.evaluators.judge.limits import MOST_CHARACTERS, Effort, MaxCharacters, MaxTokens
from gate.evaluators.judge.material import no_passages, parts_of
from gate.evaluators.judge.opinion import Opinion, answer_schema, verdict_of
from gate.evaluators.judge.panel import named
from gate.evaluators.judge.question import VERSION, comparison
from gate.evaluators.judge.recording import DESCRIPTION as RECORDING
from gate.evaluators.judge.recording import Recording, question_key
from gate.evaluators.judge.rubrics import READY, Need, rubric
from gate.model.base import Noun, digest
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.ports import Evaluator, Setting
from gate.model.reply import Sample
from gate.model.score import Metric, Score
from gate.model.shown import Shown

_WIN, _TIE, _LOSS = 1.0, 0.5, 0.0
_ORDERS = 2
_LABELS = {"first": _WIN, "second": _LOSS, "tie": _TIE}


class PairwiseOptions(Noun):
    """What stands under `with:` of a `pairwise` evaluator."""

    rubric: str = Field(
        description=f"What makes a response the better one: a file with the rubric's text, or one of {', '.join(READY)}."
    )
    model: str = Field(
        min_length=1, description="The model that compares, best another one than the one that is judged."
    )
    against: str = Field(
        description="A results file in the repository (`gate run -o FILE`) with the responses to compare with."
    )
    show_expected: bool = Field(
        default=True,
        description="Show the case's `expected` to the judge as a reference, where there is one.",
    )
    max_tokens: MaxTokens = 2048
    max_characters: MaxCharacters = MOST_CHARACTERS
    effort: Effort = None
    recorded: str | None = Field(default=None, min_length=1, description=RECORDING)


@dataclass(frozen=True)
class _Orders:
    """The material in both orders, and the hash of all that is asked."""

    forth: Mapping[str, str]
    back: Mapping[str, str]
    asked: str


class Pairwise(Evaluator):
    """1 where the response is preferred to the recorded one, 0 where the recorded one is, 0.5 for a tie."""

    Options: ClassVar = PairwiseOptions
    options: PairwiseOptions

    def __init__(self, name: str, options: PairwiseOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._rubric = rubric(options.rubric, root=setting.root)
        self._recorded = _recorded(options.against, root=setting.root)
        self._recording = Recording.read(options.recorded, root=setting.root, llm=setting.llm)
        self._metrics = (Metric(name=name, kind="scale", low=_LOSS, high=_WIN),)
        self._asker = Asker(
            llm=setting.llm,
            system=comparison(self._rubric.text),
            answer_schema=answer_schema(_LABELS),
            read=partial(verdict_of, labels=_LABELS),
            max_tokens=options.max_tokens,
            effort=options.effort,
        )

    @property
    def version(self) -> str:  # type: ignore[override] # of the words that are sent, not of the class alone
        """The hash of all that is said to the model besides the material."""
        return digest([VERSION, self._asker.system, list(self._rubric.needs)])

    @property
    def metrics(self) -> Sequence[Metric]:
        """One, named like the evaluator."""
        return self._metrics

    @property
    def whole(self) -> bool:
        """Not with recorded verdicts: what else it can tell depends on whether there is a key."""
        return self.options.recorded is None

    def files(self) -> Sequence[str]:
        """The rubric's file, the recorded responses, and the recorded verdicts."""
        own = (self._rubric.file,) if self._rubric.file else ()
        return (*own, self.options.against, *self._recording.files)

    def models(self) -> Sequence[str]:
        """The one that compares; none where only recorded verdicts can."""
        return () if self._recording.no_model else (self.options.model,)

    @property
    def calls(self) -> int:
        """Both orders."""
        return _ORDERS * len(self.models())

    @property
    def limit_s(self) -> float:
        """Room for both orders."""
        return self.setting.timeout_s * _ORDERS

    def check(self, case: Case) -> None:
        """Refuse a case that lacks what the rubric needs, or that has no recorded response."""
        if "expected" in self._rubric.needs and case.expected is None:
            fix = "give the case an `expected`, or choose a rubric that does without"
            raise refusal(case, f"the evaluator {self.name!r} needs `expected`, and there is none", fix=fix)
        if case.key not in self._recorded:
            message = (
                f"case {case.id!r} has no response in {self.options.against}, or was asked otherwise there"
            )
            fix = f"record it anew: `gate run {self.setting.suite} -o {self.options.against}`"
            raise UserError(Problem(message=message, place=case.place, key="against", fix=fix))

    def open(self) -> None:
        """Open the door to the model, which needs a key, unless verdicts are recorded."""
        if not self._recording.there:
            self.setting.llm()

    async def score(self, sample: Sample) -> Sequence[Score]:
        """What is recorded; else compare in both orders."""
        opinion = await self._opinion(sample, self._recorded[sample.case.key])
        return (opinion.score(self.name),)

    def shown(self, sample: Sample) -> Sequence[Shown]:
        """The question in both orders; none where the opinion stands without asking."""
        question = self._question(sample, self._recorded.get(sample.case.key, ""))
        if isinstance(question, Opinion):
            return ()
        return [self._asker.shown(self.options.model, parts) for parts in (question.forth, question.back)]

    async def _opinion(self, sample: Sample, recorded: str) -> Opinion:
        question = self._question(sample, recorded)
        if isinstance(question, Opinion):
            return question
        forth, back = await self._ask(question.forth), await self._ask(question.back)
        return replace(_both(forth, back), asked=question.asked)

    def _question(self, sample: Sample, recorded: str) -> "_Orders | Opinion":
        """What is to be asked of the model, or the opinion that stands without asking."""
        needs: Sequence[Need] = self._rubric.needs
        lacks = no_passages(sample.case, sample.reply) if "context" in needs else None
        parts = parts_of(
            sample.case, sample.reply, expected=self.options.show_expected or "expected" in needs
        )
        own = parts.pop("response")
        if not lacks and own.strip() == recorded.strip():
            return Opinion(value=_TIE, critique="the same response")
        forth = {**parts, "first": own, "second": recorded}
        back = {**parts, "first": recorded, "second": own}
        if stands := unasked(forth, most=self.options.max_characters, lacks=lacks or ""):
            return stands
        who = (self.options.model, self.options.effort)
        asked = question_key(self._asker.system, forth, asked_of=who)
        return self._recording.known(asked) or _Orders(forth, back, asked)

    async def _ask(self, parts: Mapping[str, str]) -> Opinion:
        return await self._asker.ask(self.options.model, parts)


def _both(forth: Opinion, back: Opinion) -> Opinion:
    """The opinion of both orders; in `back` the responses stood the other way round."""
    models = named((forth, back))
    if forth.value is None or back.value is None:
        return replace(forth if forth.value is None else back, model=models)
    turned = 1 - back.value
    if forth.value == turned:
        return replace(forth, model=models)
    critique = f"in one order: {forth.critique} | in the other: {back.critique}"
    return Opinion(value=_TIE, critique=critique, model=models)


def _recorded(file: str, *, root: Path) -> dict[str, str]:
    """The first recorded response of each case, by the case's key.

    Raises:
        UserError: no such file within the root, or it is no results file.
    """
    fix = f"record one with `gate run -o {file}`, and commit it"
    try:
        text = text_of(file, root=root)
    except NoSuchTextError as error:
        raise UserError(Problem(message=f"this {error}", key="against", value=file, fix=fix)) from None
    if text is None:
        message = "there is no such results file in the folder of gate.yaml"
        raise UserError(Problem(message=message, key="against", value=file, fix=fix))
    result = load_results(text, file)
    keys = {case.id: case.key for case in result.cases}
    found: dict[str, str] = {}
    for trial in result.trials:
        if trial.reply is not None and trial.case_id in keys:
            found.setdefault(keys[trial.case_id], trial.reply.output)
    return found
