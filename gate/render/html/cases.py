"""Page → the data of its cases: all rows, and the texts of as many cases as there is room for, the telling ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gate.model.case import Case
from gate.model.page import Page, SuitePage
from gate.model.verdict import Kind, SuiteVerdict
from gate.render.excerpts import asked_text
from gate.render.html.blocks import json_text, size
from gate.render.html.columns import GRAVEST, Column, column_data, columns, overall
from gate.render.html.draws import contexts
from gate.render.html.gathered import Seen, earlier_draws, gather
from gate.render.html.texts import Texts

TEXT_BYTES = 24_000_000  # of all cases' texts together: more would neither open fast nor be read
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cases:
    """What the script shows: the index, the cases' texts as JSON, how many cases there are and how many lack their texts."""

    index: Data
    details: Sequence[str]
    total: int
    left_out: int
    columns: Mapping[str, Sequence[Column]]


def cases_of(page: Page, texts: Texts, *, text_bytes: int = TEXT_BYTES) -> Cases:
    """The cases of all suites. Texts that have no room are left out, and counted."""
    verdicts = {suite.suite: suite for suite in page.report.verdict.suites}
    rows: list[Data] = []
    made: dict[str, Sequence[Column]] = {}
    found: list[tuple[str, Data, int, str]] = []  # letter, its suite's data, its row, its texts
    for suite in page.suites:
        name = suite.head.suite
        verdict = verdicts.get(name) or SuiteVerdict(suite=name, kind=Kind.ERROR)
        seen = gather(suite, texts)
        made[name] = columns(suite, verdict, seen)
        data = _suite_data(suite, seen, made[name], texts)
        rows.append(data)
        found += [
            (data["overall"]["moves"][row], data, row, text)
            for row, text in enumerate(_details(suite, seen, texts))
        ]
    details = _that_fit(found, text_bytes)
    return Cases({"suites": rows}, details, len(found), len(found) - len(details), made)


def _suite_data(suite: SuitePage, seen: Mapping[str, Seen], made: Sequence[Column], texts: Texts) -> Data:
    head, tags = suite.head, _Tags(texts)
    earlier = suite.earlier
    return {
        "name": texts.text(head.suite),
        "ids": [texts.text(case.id) for case in head.cases],
        "tagsOf": [tags.of(case) for case in head.cases],
        "tags": list(tags.known),
        "columns": [column_data(column, texts) for column in made],
        "overall": overall(made, [seen[case.id] for case in head.cases]),
        "texts": [-1] * len(head.cases),
        "earlier": None if earlier is None else [texts.text(earlier.source), earlier.other],
    }


class _Tags:
    """`key=value` of the cases, each with a number."""

    def __init__(self, texts: Texts) -> None:
        self.known: dict[str, int] = {}
        self._texts = texts

    def of(self, case: Case) -> list[int]:
        """The numbers of a case's tags."""
        words = [f"{key}={value}" for key, value in sorted(case.slice_tags.items())]
        return [self.known.setdefault(self._texts.text(word), len(self.known)) for word in words]


def _details(suite: SuitePage, seen: Mapping[str, Seen], texts: Texts) -> Sequence[str]:
    """Of each case: what was asked, what counts as right, and its draws on both sides."""
    before = earlier_draws(suite, texts)
    return [_detail(case, seen[case.id].draws, before.get(case.id, []), texts) for case in suite.head.cases]


def _detail(case: Case, draws: Sequence[str], before: Sequence[str], texts: Texts) -> str:
    asked = case.input
    told: Data = {"i": texts.value(asked) if isinstance(asked, dict) else texts.text(asked_text(asked))}
    if case.expected is not None:
        told["x"] = texts.value(case.expected)
    if case.context:
        told["c"] = contexts(case.context, texts)
    if case.place is not None:
        told["p"] = texts.text(str(case.place))
    start = json_text(told)[:-1]
    return f'{start},"h":[{",".join(draws)}],"b":[{",".join(before)}]}}'


def _that_fit(found: Sequence[tuple[str, Data, int, str]], room: int) -> list[str]:
    """The texts that fit, told to their rows; cases that failed or moved come first, each group in its own order."""
    kept: list[str] = []
    for letter in GRAVEST:
        for move, data, row, text in found:
            if move != letter:
                continue
            bytes_ = size([text])
            if bytes_ <= room:
                room -= bytes_
                data["texts"][row] = len(kept)
                kept.append(text)
    return kept
