"""The merge: the results files of all shards of a run become those of the whole; nothing is run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.base import needed_text
from gate.model.case import Place
from gate.model.errors import Problem, UserError
from gate.model.results import ResultsFile
from gate.model.run import RunResult
from gate.run.shards import merged
from gate.run.spool import Spool


def merge(files: Sequence[Path]) -> Mapping[str, RunResult]:
    """The results of each suite that the files hold parts of.

    Raises:
        UserError: no results file, a part that is missing or there twice, parts of different runs.
    """
    by_suite: dict[str, dict[str, RunResult]] = {}
    for path in files:
        result = _read(path)
        by_suite.setdefault(result.suite, {})[str(path)] = result
    return {suite: merged(parts) for suite, parts in sorted(by_suite.items())}


def _read(path: Path) -> RunResult:
    """A results file, of which not all trials are held."""
    file = ResultsFile(needed_text(path), str(path))
    cases = tuple(file.cases)
    spool = Spool({case.id: number for number, case in enumerate(cases)})
    try:
        for trial in file.trials:
            spool.append(trial)
    except KeyError as error:
        message = f"a trial is of case {error.args[0]!r}, which is not in the file"
        fix = "write it anew with `gate run --shard`"
        raise UserError(Problem(message=message, place=Place(file=str(path)), fix=fix)) from None
    return file.head.model_copy(update={"cases": cases, "trials": spool.trials()})
