"""The store and a case → the draws that are kept of it. Only looks: nothing is claimed, and nothing asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.model.case import Case
from gate.model.run import Trial
from gate.model.score import Score
from gate.run.claim import Record, record_in
from gate.run.journal import FOLDER
from gate.run.shelves import Shelves
from gate.run.store import StoreError


@dataclass(frozen=True, kw_only=True)
class KeptDraws:
    """The draws of one case on one shelf. `older` are metrics whose evaluator has other options or files by now.

    `todays` says that the shelf is that of today's application.
    """

    trials: Sequence[Trial]
    todays: bool
    older: frozenset[str]


def kept_draws(
    root: Path, case: Case, *, suite: str, shelf: str | None, fingerprints: Mapping[str, str]
) -> KeptDraws | None:
    """Those of today's application, or else the newest of the suite; None where the store has none.

    `fingerprints` are those of today's evaluators, by their names.
    """
    try:
        with Shelves(root / FOLDER) as shelves:
            rows = list(shelves.answered(case.asked_key))
    except StoreError:
        return None
    todays = [row for row in rows if row.shelf == shelf]
    newest = max((row for row in rows if row.suite == suite), key=lambda row: row.made, default=None)
    if not todays and newest is None:
        return None
    chosen = todays or [row for row in rows if newest is not None and row.shelf == newest.shelf]
    older: set[str] = set()
    trials = []
    for row in sorted(chosen, key=lambda row: row.draw):
        record = record_in(row.body)
        if record is None:
            continue
        scores = list(_scores(record, case, fingerprints=fingerprints))
        older.update(score.metric for score, todays_own in scores if not todays_own)
        trials.append(
            Trial(
                case_id=case.id,
                index=row.draw,
                reply=record.reply,
                failures=record.failures,
                expenses=record.expenses,
                scores=tuple(score for score, _ in scores),
            )
        )
    return KeptDraws(trials=trials, todays=bool(todays), older=frozenset(older))


def _scores(record: Record, case: Case, *, fingerprints: Mapping[str, str]) -> Iterator[tuple[Score, bool]]:
    """The scores of today's evaluators, and of one that gave none yet those that it gave last, with other options."""
    latest: dict[str, Sequence[Score]] = {}
    for mark, given in record.scores.items():
        latest[mark.split(" ", 2)[2]] = given
    for name, fingerprint in fingerprints.items():
        own = record.scores.get(f"{fingerprint} {case.scored_key} {name}")
        for score in own if own is not None else latest.get(name, ()):
            yield score, own is not None
