"""Results files → the report on them, by the policy and the baselines of the working tree or of a commit; nothing is run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.base import Base, base_at, base_of_working_tree, needed_text
from gate.config.file import policy_sheet
from gate.flows.check import Checked
from gate.flows.compare import Sides, compare
from gate.flows.judged import Recorded, judged
from gate.host.local import WorkingTree, from_here
from gate.model.errors import Problem, UserError
from gate.model.files import load_baseline, load_results
from gate.model.report import Revision
from gate.model.run import RunResult
from gate.ready import read_config
from gate.render.steps import Invocation


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is reported on: results files, or folders of them; by the `config`, as it is at the commit `ref` if one is named."""

    results: Sequence[Path]
    config: str
    ref: str | None = None


def report(tree: WorkingTree, asked: Asked) -> Checked:
    """Judge what the files hold, each suite by its own baseline.

    Raises:
        UserError: a file that is not there or not what it should be, two files of one suite, a suite that no config knows.
    """
    results = results_in(asked.results)
    here = base_of_working_tree(tree, asked.config, policy_sheet(read_config(tree, asked.config)))
    base = here if asked.ref is None else base_at(tree, asked.config, asked.ref)
    _refuse_unknown(results, bases=(here, base), config=asked.config)
    names = ", ".join(map(str, asked.results)) if len(asked.results) < 3 else f"{len(asked.results)} files"  # noqa: PLR2004 - what a line holds
    files = [str(path) for path in asked.results]
    again = Invocation(
        config=from_here(tree.root / asked.config),
        base=asked.ref or "",
        results=dict.fromkeys(results, files),
    )
    recorded = Recorded(results=results, wanted=tuple(results), revision=Revision(label=names), asked=again)
    told = judged(recorded, base=base, head=here)
    return Checked(report=told, results=results, baselines=base.scorecards)


def compared(tree: WorkingTree, sides: Sides) -> Checked:
    """The same of two files, with all that stands in them."""
    told = compare(tree, sides)
    head = load_results(needed_text(sides.current), str(sides.current))
    baseline = load_baseline(needed_text(sides.baseline), str(sides.baseline))
    return Checked(report=told, results={head.suite: head}, baselines={head.suite: baseline})


def results_in(paths: Sequence[Path]) -> dict[str, RunResult]:
    """By suite, what the files hold; of a folder every `*.json` in it.

    Raises:
        UserError: one is not there, not a results file, or two are of one suite.
    """
    found: dict[str, RunResult] = {}
    for path in [file for each in paths for file in _files(each)]:
        result = load_results(needed_text(path), str(path))
        if result.suite in found:
            fix = "name one of them; the parts of one run are put together by `gate merge`"
            message = f"two files hold results of {result.suite}"
            raise UserError(Problem(message=message, value=str(path), fix=fix))
        found[result.suite] = result
    return dict(sorted(found.items()))


def _files(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    inside = sorted(path.glob("*.json"))
    if not inside:
        fix = "name a folder that `gate run -o` or `gate check -o` wrote to"
        raise UserError(Problem(message="there is no results file in this folder", value=str(path), fix=fix))
    return inside


def _refuse_unknown(results: dict[str, RunResult], *, bases: Sequence[Base], config: str) -> None:
    known = {name for base in bases for name in base.sheet.suites}
    for name in results:
        if name not in known:
            fix = f"it has: {', '.join(sorted(known))}; name another config, or the baseline itself with --baseline"
            raise UserError(
                Problem(message=f"{config} does not know the suite {name!r} of the results", fix=fix)
            )
