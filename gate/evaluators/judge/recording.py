"""Verdicts that were given once ↔ a JSON Lines file, by what was asked. What is in it is never asked of a model again.

One verdict a line, sorted by its question, so that the same verdicts are the same bytes. The file counts into the
judge's fingerprint: whoever changes a verdict has another instrument, which nothing compares with the baseline.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from gate.evaluators.judge.files import NoSuchTextError, text_of
from gate.evaluators.judge.opinion import Opinion
from gate.model.base import Noun, canonical_json, digest
from gate.model.case import Place
from gate.model.errors import Problem, UserError
from gate.model.files import DECODER
from gate.model.ports import LanguageModel
from gate.model.score import RECORDED

NOT_RECORDED = "not_recorded"
DESCRIPTION = (
    "A file of recorded verdicts (`gate record` writes it). What is in it is answered from it, without a key and at no "
    "cost; all else is asked of the model, or is an abstention (`not_recorded`) where there is no key."
)
_FIX = "restore the file from git, or delete it and record anew with `gate record`"


class Verdict(Noun):
    """What a judge said of one question. Exactly one of `value` and `abstained` is given.

    `asked` is the hash of the question, `source` who gave the verdict: the model as it named itself, or other words
    where it was none. `about` is the beginning of what was judged, for whoever reads the file; nothing depends on it.
    """

    asked: str = Field(pattern=r"^[0-9a-f]{16}$")
    value: float | None = None
    abstained: str | None = Field(default=None, min_length=1)
    critique: str = ""
    source: str = Field(min_length=1)
    about: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.value is None) == (self.abstained is None):
            raise ValueError("a verdict holds either a value or the reason of an abstention")
        return self


def question_key(system: str, parts: Mapping[str, str], *, asked_of: Sequence[object]) -> str:
    """The hash of a question: instructions with their labels, material without its boundary, and of whom it is asked."""
    return digest([system, list(parts.items()), list(asked_of)])


def load_verdicts(text: str, name: str) -> dict[str, Verdict]:
    """The text of a file of verdicts → the verdicts by their questions.

    Raises:
        UserError: a line that is no verdict, or two verdicts of one question.
    """
    found: dict[str, Verdict] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        place = Place(file=name, line=number)
        try:
            verdict = Verdict.model_validate(DECODER.decode(line))
        except (ValueError, RecursionError) as error:
            why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            problem = Problem(message=f"this is no recorded verdict: {why}", place=place, fix=_FIX)
            raise UserError(problem) from None
        if found.setdefault(verdict.asked, verdict) is not verdict:
            message = f"the question {verdict.asked} is answered twice"
            raise UserError(Problem(message=message, place=place, fix="keep one of the two lines"))
    return found


def dump_verdicts(verdicts: Iterable[Verdict]) -> str:
    """Verdicts → the text of their file, sorted by question."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.asked)
    text = "".join(
        f"{canonical_json(each.model_dump(mode='json', exclude_defaults=True))}\n" for each in ordered
    )
    return text.encode("utf-8", "replace").decode()  # halves of surrogate pairs, which no file can hold


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The recorded verdicts of one judge. Without a `file` it has none, and every question is the model's.

    `there` says whether the file exists; one that is still empty is where verdicts may be written by hand.
    """

    llm: Callable[[], LanguageModel]
    file: str | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    there: bool = False

    @classmethod
    def read(cls, file: str | None, *, root: Path, llm: Callable[[], LanguageModel]) -> Self:
        """Read the file; one that is not there yet holds nothing.

        Raises:
            UserError: it lies outside the root, or is no such file.
        """
        if file is None:
            return cls(llm=llm)
        try:
            text = text_of(file, root=root)
        except NoSuchTextError as error:
            raise _unreadable(file, f"this {error}") from None
        if text is None:
            return cls(llm=llm, file=file)
        return cls(llm=llm, file=file, verdicts=load_verdicts(text, file), there=True)

    @property
    def files(self) -> tuple[str, ...]:
        """The file, once there is one."""
        return (self.file,) if self.file and self.there else ()

    @cached_property
    def no_model(self) -> str | None:
        """Why no model can be asked; None where one can, or where everything has to be asked of one."""
        if self.file is None:
            return None
        try:
            self.llm()
        except UserError as error:
            return error.problems[0].message
        return None

    def known(self, asked: str) -> Opinion | None:
        """What is recorded; that nothing is, where no model can be asked; None where a model is to be asked."""
        verdict = self.verdicts.get(asked)
        if verdict is not None:
            return Opinion(
                value=verdict.value,
                abstained=verdict.abstained,
                critique=verdict.critique,
                model=f"{RECORDED}{verdict.source}",
                asked=asked,
            )
        if self.no_model is None:
            return None
        critique = f"{self.file} holds no verdict on this, and no model can be asked: {self.no_model}"
        return Opinion(abstained=NOT_RECORDED, critique=critique, asked=asked)


def _unreadable(file: str, message: str) -> UserError:
    fix = "name a file in the repository; `gate record` writes it"
    return UserError(Problem(message=message, key="recorded", value=file, fix=fix))
