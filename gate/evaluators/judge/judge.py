"""Sample → what a language model thinks of it by a rubric. Abstains where it cannot tell; never invents a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from gate.evaluators.expected import refusal
from gate.evaluators.judge.asking import Asker, unasked
from gate.evaluators.judge.material import no_passages, parts_of
from gate.evaluators.judge.opinion import Opinion, answer_schema, verdict_of
from gate.evaluators.judge.options import JudgeOptions
from gate.evaluators.judge.panel import agreement, decided, majority
from gate.evaluators.judge.question import VERSION, instructions
from gate.evaluators.judge.recording import Recording, question_key
from gate.evaluators.judge.rubrics import rubric
from gate.evaluators.judge.trust import Trust
from gate.model.base import digest
from gate.model.case import Case
from gate.model.ports import Evaluator, ScoringError, Setting
from gate.model.reply import Reply, Sample
from gate.model.score import Metric, Score
from gate.model.shown import Shown


@dataclass(frozen=True)
class _Question:
    """The material as it is shown, and the hash of all that is asked."""

    parts: Mapping[str, str]
    asked: str


class Judge(Evaluator):
    """A rubric, one model or a panel of them, and pass or fail or the steps of a scale."""

    Options: ClassVar = JudgeOptions
    options: JudgeOptions

    def __init__(self, name: str, options: JudgeOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._rubric = rubric(options.rubric, root=setting.root)
        self._needs = self._rubric.needs if options.needs is None else options.needs
        anchors = [(f"{anchor.value:g}", anchor.means) for anchor in options.scale]
        self._asker = Asker(
            llm=setting.llm,
            system=instructions(self._rubric.text, anchors=anchors),
            answer_schema=answer_schema(options.labels),
            read=partial(verdict_of, labels=options.labels),
            max_tokens=options.max_tokens,
            effort=options.effort,
        )
        self._recording = Recording.read(options.recorded, root=setting.root, llm=setting.llm)
        values = list(options.labels.values())
        scale = (
            {"kind": "scale", "low": min(values), "high": max(values)}
            if options.scale
            else {"kind": "binary"}
        )
        self._metrics = (Metric.model_validate({"name": name, **scale}),)
        self._trust = Trust(self._planted, canaries=options.canaries, lowest=min(values))

    @property
    def version(self) -> str:  # type: ignore[override] # of the words that are sent, not of the class alone
        """The hash of all that is said to the model besides the material: another text is another judge."""
        return digest([VERSION, self._asker.system, list(self._needs)])

    @property
    def metrics(self) -> Sequence[Metric]:
        """One, named like the evaluator: binary, or the scale."""
        return self._metrics

    @property
    def whole(self) -> bool:
        """Not with recorded verdicts: what else it can tell depends on whether there is a key."""
        return self.options.recorded is None

    def files(self) -> Sequence[str]:
        """The rubric's file (a ready rubric is part of `version`), and the recorded verdicts."""
        return (*((self._rubric.file,) if self._rubric.file else ()), *self._recording.files)

    def models(self) -> Sequence[str]:
        """Those that judge; none where only recorded verdicts can."""
        return () if self._recording.no_model else self.options.models

    @property
    def calls(self) -> int:
        """Every repeat of every model; fewer where they agree, none where only recorded verdicts can be had."""
        return len(self.models()) * self.options.repeats

    @property
    def calls_ahead(self) -> int:
        """The planted responses, each with its control."""
        return 2 * self.options.canaries * self.calls

    @property
    def limit_s(self) -> float:
        """Room for every question to every model, and for the planted responses, each with its control."""
        most = len(self.options.models) * self.options.repeats
        return self.setting.timeout_s * most * (1 + 2 * self.options.canaries)

    def check(self, case: Case) -> None:
        """Refuse a case without the reference that the rubric needs."""
        if "expected" in self._needs and case.expected is None:
            fix = "give the case an `expected`, or choose a rubric that does without"
            raise refusal(case, f"the judge {self.name!r} needs `expected`, and there is none", fix=fix)

    def open(self) -> None:
        """Open the door to the model, which needs a key, unless verdicts are recorded."""
        if not self._recording.there:
            self.setting.llm()

    async def score(self, sample: Sample) -> Sequence[Score]:
        """What is recorded; else judge it, once the judge has shown that planted responses do not get their way."""
        question = self._question(sample.case, sample.reply)
        if isinstance(question, Opinion):
            return (question.score(self.name),)
        if (passed := await self._trust.broken_by()) is not None:
            verdict = next(
                (name for name, value in self.options.labels.items() if value == passed), f"{passed:g}"
            )
            message = f"a planted response talked the judge into {verdict!r}: its verdicts mean nothing"
            raise ScoringError("untrusted_judge", message)
        return ((await self._ask(question)).score(self.name),)

    def shown(self, sample: Sample) -> Sequence[Shown]:
        """The question to each model; none where the opinion stands without asking."""
        question = self._question(sample.case, sample.reply)
        if isinstance(question, Opinion):
            return ()
        return [self._asker.shown(model, question.parts) for model in self.options.models]

    async def aclose(self) -> None:
        """Let go of what still runs."""
        self._trust.cancel()

    def _question(self, case: Case, reply: Reply, *, planted: bool = False) -> _Question | Opinion:
        """What is to be asked of a model, or the opinion that stands without asking. What is planted is never too long."""
        lacks = no_passages(case, reply) if "context" in self._needs else None
        parts = parts_of(case, reply, expected=self.options.show_expected or "expected" in self._needs)
        most = None if planted else self.options.max_characters
        if stands := unasked(parts, most=most, lacks=lacks or ""):
            return stands
        who = (list(self.options.models), self.options.repeats, self.options.effort)
        asked = question_key(self._asker.system, parts, asked_of=who)
        return self._recording.known(asked) or _Question(parts, asked)

    async def _planted(self, case: Case, reply: Reply) -> Opinion:
        question = self._question(case, reply, planted=True)
        return question if isinstance(question, Opinion) else await self._ask(question)

    async def _ask(self, question: _Question) -> Opinion:
        opinions = [await self._majority(model, question.parts) for model in self.options.models]
        return replace(agreement(opinions, apart=self.options.step), asked=question.asked)

    async def _majority(self, model: str, parts: Mapping[str, str]) -> Opinion:
        """Ask one model until more than half of its repeats agree."""
        opinions: list[Opinion] = []
        while not decided(opinions, of=self.options.repeats):
            opinions.append(await self._asker.ask(model, parts))
        return majority(opinions, of=self.options.repeats)
