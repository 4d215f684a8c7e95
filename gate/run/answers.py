"""A target's fingerprint → what its application answered in earlier runs, as far as the store holds it. Asks nobody.

Those are draws of checks and runs. An accept puts none there: they are of the same application as a baseline's scores, and
not the draws that the baseline counts.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from gate.model.case import Case
from gate.model.run import Trial
from gate.run.claim import record_in
from gate.run.journal import FOLDER
from gate.run.plan import shelf
from gate.run.shelves import Shelves
from gate.run.store import StoreError


def earlier_answers(
    root: Path, target: Mapping[str, str], cases: Iterable[Case], *, sha: str | None = None
) -> list[Trial]:
    """The kept trials of these cases with replies, without scores; none where there is no store that can be read.

    `sha` is the commit of the application, under which those are kept whose code is not known otherwise.
    """
    questions = {case.asked_key: case.id for case in cases}
    found: dict[tuple[str, int], Trial] = {}
    try:
        with Shelves(root / FOLDER) as store:
            for name in _shelves(target, sha):
                for question, draw, body in store.bodies(name):
                    case_id = questions.get(question)
                    if case_id is not None and (trial := _trial(case_id, draw, body)) is not None:
                        found.setdefault((case_id, draw), trial)
    except StoreError:
        return []
    return [found[key] for key in sorted(found)]


def _shelves(target: Mapping[str, str], sha: str | None) -> list[str]:
    commits = (None,) if sha is None else (None, sha)
    return [shelf(target, sha=commit, batch=batch) for commit in commits for batch in (False, True)]


def _trial(case_id: str, index: int, body: str) -> Trial | None:
    record = record_in(body)
    if record is None or record.reply is None:
        return None
    return Trial(case_id=case_id, index=index, reply=record.reply, failures=record.failures)
