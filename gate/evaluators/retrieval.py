"""Sample → how well the passages were found, against the ids that were to be found. Never asks a model.

What stands in the ranking twice counts once, at its first place, and what follows moves up. A context without an id
holds its place, and is nothing that was looked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal, TypeGuard

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from gate.evaluators import ranking
from gate.evaluators.contexts import no_contexts, once, ranked
from gate.evaluators.expected import refusal
from gate.model.base import Noun
from gate.model.case import Case, Context
from gate.model.ports import Evaluator, Setting
from gate.model.reply import Sample
from gate.model.score import Metric, Score

_Measure = Literal["hit", "precision", "recall", "mrr", "ndcg"]
_LARGEST_K = 1000
_LARGEST_GRADE = 1000
_MOST_SHOWN = 5

Grades = Mapping[str, float]


def _listed(value: object) -> object:
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else value


_Cutoff = Annotated[int, Field(ge=1, le=_LARGEST_K)]


class RetrievalOptions(Noun):
    """What stands under `with:` of a `retrieval` evaluator."""

    key: str | None = Field(
        default=None,
        description="The key of `expected` under which the relevant ids stand. Left out: `expected` itself holds them.",
    )
    k: Annotated[
        tuple[_Cutoff, ...],
        BeforeValidator(_listed, json_schema_input_type=_Cutoff | tuple[_Cutoff, ...]),
        AfterValidator(once),
    ] = Field(
        default=(5,),
        min_length=1,
        description="How many places count: a number, or a list with a metric for each.",
    )
    metrics: Annotated[tuple[_Measure, ...], AfterValidator(once)] = Field(
        default=("recall", "mrr", "ndcg"),
        min_length=1,
        description="Which metrics are given: of `hit`, `precision`, `recall`, `ndcg` one for each `k`, and `mrr`.",
    )
    until: str | None = Field(
        default=None,
        min_length=1,
        description="Compare ids only up to this text: with `#`, `refunds#2` and `refunds#7` are both `refunds`.",
    )
    empty: Literal["abstain", "miss"] = Field(
        default="abstain",
        description="What a reply without contexts is: `abstain`, as nobody said what was found, or a `miss`, a 0.",
    )


class Retrieval(Evaluator):
    """hit@k, precision@k, recall@k, MRR and nDCG@k against the ids that a case says are relevant."""

    Options: ClassVar = RetrievalOptions
    instant: ClassVar = True
    options: RetrievalOptions

    def __init__(self, name: str, options: RetrievalOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._metrics = tuple(
            Metric(name=metric, kind="binary") if measure == "hit" else _share(metric)
            for metric, measure, _ in self._wanted()
        )

    @property
    def metrics(self) -> Sequence[Metric]:
        """One for each measure and each `k`; `mrr` has none."""
        return self._metrics

    def check(self, case: Case) -> None:
        """Refuse a case whose relevant ids are none."""
        self._relevant(case)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Compare the ranking with what was to be found."""
        relevant = self._relevant(sample.case)
        contexts = ranked(sample.reply)
        if not relevant:
            return self._abstained("nothing to find")
        if not contexts and (self.options.empty == "abstain" or sample.reply.contexts_missing):
            return self._abstained(no_contexts(sample.reply))
        if contexts and all(context.id is None for context in contexts):
            return self._abstained("the contexts of the reply have no ids")
        places = list(self._places(contexts))
        found = [relevant.get(place, 0.0) for place in places]
        missing = [each for each in relevant if each not in places]
        explanation = f"not found: {', '.join(missing[:_MOST_SHOWN])}" if missing else None
        return [
            Score(
                metric=metric, value=_value(measure, found, relevant=relevant, k=k), explanation=explanation
            )
            for metric, measure, k in self._wanted()
        ]

    def _wanted(self) -> Iterator[tuple[str, _Measure, int]]:
        """(the metric's name, the measure, its cut-off) of every metric."""
        for measure in self.options.metrics:
            if measure == "mrr":
                yield f"{self.name}.mrr", measure, 0
                continue
            for k in self.options.k:
                yield f"{self.name}.{measure}@{k}", measure, k

    def _abstained(self, reason: str) -> Sequence[Score]:
        return [Score.abstain(reason, metric=metric.name) for metric in self._metrics]

    def _places(self, contexts: Iterable[Context]) -> Iterator[str]:
        """What stands at each place of the ranking; no id is an empty text, which is no id of a case."""
        seen: set[str] = set()
        for context in contexts:
            name = "" if context.id is None else self._document(context.id)
            if name not in seen:
                yield name
            if name:
                seen.add(name)

    def _document(self, name: str) -> str:
        return name if self.options.until is None else name.partition(self.options.until)[0]

    def _relevant(self, case: Case) -> Grades:
        """The grade of each id that is relevant to a case; what has the grade 0 is left out."""
        value, key = case.expected, self.options.key
        if key is not None and value is not None:
            if not isinstance(value, dict):
                fix = f"write `expected: {{{key}: [id, …]}}`, or leave `key` out"
                message = (
                    f"the evaluator {self.name!r} looks for the key {key!r}, and `expected` is no object"
                )
                raise refusal(case, message, fix=fix, value=value)
            value = value.get(key)
        grades = _grades(value)
        if grades is None:
            fix = "write an id, a list of ids, or a grade from 0 up for each id; name its `key` in an `expected` that holds more"
            raise refusal(case, f"the evaluator {self.name!r} needs relevant ids", fix=fix, value=value)
        best: dict[str, float] = {}
        for name, grade in grades.items():
            document = self._document(name)
            best[document] = max(grade, best.get(document, 0.0))
        return {name: grade for name, grade in best.items() if grade > 0}


def _share(name: str) -> Metric:
    return Metric(name=name, kind="scale", low=0, high=1)


def _value(measure: _Measure, found: Sequence[float], *, relevant: Grades, k: int) -> float:
    grades = list(relevant.values())
    values = {
        "hit": partial(ranking.hit, found, k=k),
        "precision": partial(ranking.precision, found, k=k),
        "recall": partial(ranking.recall, found, relevant=grades, k=k),
        "mrr": partial(ranking.reciprocal_rank, found),
        "ndcg": partial(ranking.ndcg, found, relevant=grades, k=k),
    }
    return values[measure]()


def _grades(value: JsonValue) -> Grades | None:
    """An id, a list of ids, or a grade for each id → the grades; None where it is none of these."""
    if value is None:
        return {}
    if isinstance(value, dict):
        graded = {name: float(grade) for name, grade in value.items() if name and _is_grade(grade)}
        return graded if len(graded) == len(value) else None
    names = value if isinstance(value, list) else [value]
    texts = [str(name) for name in names if isinstance(name, str | int) and not isinstance(name, bool)]
    return dict.fromkeys(texts, 1.0) if len(texts) == len(names) and all(texts) else None


def _is_grade(value: JsonValue) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LARGEST_GRADE
