"""The text of a results file → its cases and trials, one after the other. Never holds them all.

A comparison needs a few figures of each trial and the texts of a few cases. A hundred thousand trials as nouns take
half a gigabyte, and what made them as much again.
"""

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, TypeVar

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import UserError
from gate.model.files import DECODER, load_results
from gate.model.run import RunResult, Trial

_N = TypeVar("_N", bound=Noun)
_Span = tuple[int, int]

# As `dump_results` lays it out, and how the text ends where both lists are taken out.
_CASES, _TRIALS, _NEXT, _END = '\n"cases": [\n', '\n],\n"trials": [\n', ",\n", "\n]\n}\n"
_NO_ROWS = '\n"cases": [],\n"trials": []\n}\n'


class ResultsFile:
    """A run as its file tells it. `head` is all of it but the cases and trials, which are read each time they are asked for.

    A file that is laid out in another way than `dump_results` does it is read as a whole, and says the same.

    Raises:
        UserError: as `load_results`; what is wrong with a case or a trial, when it is come to.
    """

    def __init__(self, text: str, place: str) -> None:
        self._text, self._place = text, place
        self._cases, self._trials = _spans(text)
        try:
            self.head = load_results(text[: text.find(_CASES)] + _NO_ROWS, place)
        except UserError:
            self.head = self._whole.model_copy(update={"cases": (), "trials": ()})

    @property
    def cases(self) -> Iterator[Case]:
        """The cases in the order of the file."""
        return self._each(Case, self._cases, "cases")

    @property
    def trials(self) -> Iterator[Trial]:
        """The trials in the order of the file."""
        return self._each(Trial, self._trials, "trials")

    def only(self, ids: Collection[str]) -> RunResult:
        """The run with these cases and their trials alone."""
        if not ids:
            return self.head
        cases = tuple(case for case in self.cases if case.id in ids)
        trials = tuple(trial for trial in self.trials if trial.case_id in ids)
        return self.head.model_copy(update={"cases": cases, "trials": trials})

    @cached_property
    def _whole(self) -> RunResult:
        return load_results(self._text, self._place)

    def _each(self, noun: type[_N], span: _Span | None, name: str) -> Iterator[_N]:
        """One noun a row. From a row on that is none, the whole file is read: it goes on there, or says what is wrong."""
        seen = 0
        try:
            for row in self._rows(span):
                yield noun.model_validate(row)
                seen += 1
        except (ValueError, RecursionError):  # pydantic's and json's errors are ValueErrors
            yield from getattr(self._whole, name)[seen:]

    def _rows(self, span: _Span | None) -> Iterator[Any]:
        """The JSON values between two places of the text.

        Raises:
            ValueError, RecursionError: that is not what stands there.
        """
        if span is None:
            raise ValueError("it is laid out in another way")
        start, stop = span
        while start != stop:
            row, end = DECODER.raw_decode(self._text, start)
            yield row
            start = end if end == stop else end + len(_NEXT)
            if end != stop and not self._text.startswith(_NEXT, end):
                raise ValueError("a row ends in another way")


def _spans(text: str) -> tuple[_Span | None, _Span | None]:
    """Where the rows of the cases and of the trials begin and end; None in another layout."""
    cases, trials, end = text.find(_CASES), text.find(_TRIALS), len(text) - len(_END)
    if not (0 <= cases < trials < end and text.endswith(_END)):
        return None, None
    return (cases + len(_CASES), trials), (trials + len(_TRIALS), end)
