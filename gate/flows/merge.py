"""The merge: the results files of all shards of a run become those of the whole; nothing is run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.base import needed_text
from gate.model.files import load_results
from gate.model.run import RunResult
from gate.run.shards import merged


def merge(files: Sequence[Path]) -> Mapping[str, RunResult]:
    """The results of each suite that the files hold parts of.

    Raises:
        UserError: no results file, a part that is missing or there twice, parts of different runs.
    """
    by_suite: dict[str, dict[str, RunResult]] = {}
    for path in files:
        result = load_results(needed_text(path), str(path))
        by_suite.setdefault(result.suite, {})[str(path)] = result
    return {suite: merged(parts) for suite, parts in sorted(by_suite.items())}
