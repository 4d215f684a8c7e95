"""Working tree or commit → the base: the policy and the baselines that a head is judged by.

A baseline that is missing or broken is not raised but carried as a reason: the verdict on the other suites stands.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from gate.compare.policy import gate_of
from gate.compare.proposals import proposals
from gate.compare.rebased import baseline_proposals
from gate.config.file import parse, policy_sheet
from gate.host.local import WorkingTree, read_text
from gate.measured import calibrations_of
from gate.model.calibration import Calibration
from gate.model.errors import Problem, UserError
from gate.model.files import load_baseline
from gate.model.ports import History
from gate.model.report import Proposal, Revision
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Gate, Margin, Policy, PolicySheet, SuitePolicy

DEFAULT_CONFIG = "gate.yaml"


@dataclass(frozen=True, kw_only=True)
class Base:
    """What a head is judged by. `baselines` maps a suite to its scorecard, or to the reason why there is none.

    `calibrations` holds what was measured of the instruments of some suites, `unread` by suite why that cannot be read:
    such a suite cannot be judged. `own_mode` is what the config itself says of inconclusive results, where whoever runs
    the gate decided otherwise.
    """

    revision: Revision
    sheet: PolicySheet
    policy_source: str
    baselines: Mapping[str, Scorecard | str]
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    unread: Mapping[str, Problem] = field(default_factory=dict)
    own_mode: str = ""

    def baseline(self, suite: str) -> Scorecard | None:
        """The baseline of a suite."""
        found = self.baselines.get(suite)
        return found if isinstance(found, Scorecard) else None

    @property
    def scorecards(self) -> dict[str, Scorecard]:
        """The baselines there are, by suite."""
        return {name: found for name, found in self.baselines.items() if isinstance(found, Scorecard)}

    def calibration(self, suite: str) -> Calibration | None:
        """What was measured of the instruments of a suite, if anything was.

        Raises:
            UserError: it cannot be read.
        """
        if suite in self.unread:
            raise UserError(self.unread[suite])
        return self.calibrations.get(suite)

    def missing(self, suite: str) -> str:
        """Why a suite has none; empty where it has one."""
        found = self.baselines.get(suite, f"suite {suite} does not exist in the base")
        return found if isinstance(found, str) else ""


def base_of_working_tree(tree: WorkingTree, config: str, sheet: PolicySheet) -> Base:
    """Policy and baselines as they lie in the folder."""
    calibrations, unread = calibrations_of(sheet, tree.read)
    return Base(
        revision=Revision(label="working tree"),
        sheet=sheet,
        policy_source=f"{config} in the working tree",
        baselines=_baselines(sheet, tree.read, where="in the working tree"),
        calibrations=calibrations,
        unread=unread,
    )


def base_at(history: History, config: str, ref: str) -> Base:
    """Policy and baselines as they are at a commit.

    Raises:
        UserError: there is no such commit, or the config there is absent or wrong.
    """
    revision = history.resolve(ref)
    sha = revision.sha or ""
    text = history.read_at(sha, config)
    if text is None:
        raise UserError(
            Problem(
                message=f"there is no {config} at {ref} ({sha[:12]}), so nothing says what to judge by",
                value=f"--base {ref}",
                fix="a check needs a base that has the config and an accepted baseline: land those first, "
                "or leave --base out to compare with the working tree",
            )
        )
    sheet = policy_sheet(parse(text, f"{config}@{sha[:12]}"))
    read = partial(history.read_at, sha)
    where = f"at {sha[:12]}" if sha.startswith(ref) else f"at {ref} ({sha[:12]})"
    calibrations, unread = calibrations_of(sheet, read, at=f"@{sha[:12]}")
    return Base(
        revision=revision,
        sheet=sheet,
        policy_source=f"{config} {where}",
        baselines=_baselines(sheet, read, where=where),
        calibrations=calibrations,
        unread=unread,
    )


def with_inconclusive(base: Base, mode: str) -> Base:
    """The same base where whoever runs the gate decides what an inconclusive result does; empty: as it says itself."""
    if mode not in {"block", "warn"} or mode == base.sheet.policy.on_inconclusive:
        return base
    policy = base.sheet.policy.model_copy(update={"on_inconclusive": mode})
    source = f"{base.policy_source}, with on_inconclusive: {mode} as it was run"
    sheet = base.sheet.model_copy(update={"policy": policy})
    return replace(base, sheet=sheet, policy_source=source, own_mode=base.sheet.policy.on_inconclusive)


def proposed(base: Base, head: Base) -> tuple[Proposal, ...]:
    """What the head would change of the bar: the policy, and what its baselines say."""
    both = sorted(base.sheet.suites.keys() & head.sheet.suites.keys())
    moved = (
        baseline_proposals(suite, base.baselines.get(suite), head.baselines.get(suite)) for suite in both
    )
    measured = (
        Proposal(text=f"what was measured of the instruments of {suite} changes", loosened=True)
        for suite in both
        if base.calibrations.get(suite) != head.calibrations.get(suite)
    )
    said = with_inconclusive(base, base.own_mode).sheet  # what one run was told is no change of the head's
    return (*proposals(said, head.sheet), *(each for some in moved for each in some), *measured)


def policy_for(
    tree: WorkingTree, config: str | None, suite: str, *, max_drop: float | None
) -> tuple[Policy, SuitePolicy, str]:
    """(policy, the suite's policy, where they come from): a config's, or the built-in ones where there is none.

    `config` None means gate.yaml, if it is there. `max_drop` replaces that of every metric.

    Raises:
        UserError: a config that was named is absent, something in it is wrong, or it does not know the suite.
    """
    file = config or DEFAULT_CONFIG
    text = tree.read(file)
    if text is None and config is not None:
        raise UserError(Problem(message=f"there is no {config} in {tree.root}", fix="name one that exists"))
    if text is None:
        sheet, rules, source = PolicySheet(), SuitePolicy(), f"built-in policy (there is no {file} here)"
    else:
        sheet, source = policy_sheet(parse(text, file)), file
        if suite not in sheet.suites:
            raise UserError(
                Problem(
                    message=f"{file} does not know the suite {suite!r} of the results",
                    fix=f"it has: {', '.join(sorted(sheet.suites))}; name another config with --config",
                )
            )
        rules = sheet.suites[suite]
    return sheet.policy, rules if max_drop is None else _with_margin(rules, max_drop), source


def unread_side(base: Base, suite: str) -> Comparison:
    """A suite whose calibration cannot be read: there is nothing to say of it but that."""
    problem = base.unread[suite]
    why = ": ".join(text for text in (str(problem.place or ""), problem.message) if text)
    return Comparison(suite=suite, head=Scorecard(suite=suite, metrics={}, cases={}), unread=why)


def removed_side(base: Base, suite: str) -> Comparison:
    """A suite that the head has no more. Its end decides nothing where none of its metrics did: that was merged before."""
    rules, baseline = base.sheet.suites[suite], base.baseline(suite)
    metrics = baseline.metrics.values() if baseline is not None else ()
    silent = metrics and all(gate_of(metric, suite=rules).mode != "block" for metric in metrics)
    return Comparison(
        suite=suite,
        head=Scorecard(suite=suite, metrics={}, cases={}),
        removed=True,
        policy=SuitePolicy(default_gate=Gate(mode="warn" if silent else "block")),
    )


def refuse_other_files(tree: WorkingTree, baselines: Iterable[str]) -> None:
    """Refuse to write a baseline over a file that is none, such as the config; a broken baseline may be replaced.

    Raises:
        UserError: with all of them.
    """
    found = []
    for path in baselines:
        text = tree.read(path)
        if text is not None and text.strip() and "gate_baseline" not in text:
            fix = "name another file under `baseline`, or remove this one"
            message = "the baseline would be written over this file, which is none"
            found.append(Problem(message=message, value=path, fix=fix))
    if found:
        raise UserError(*found)


def needed_text(path: Path) -> str:
    """The text of a file that was named.

    Raises:
        UserError: it is not there, or cannot be read.
    """
    text = read_text(path)
    if text is None:
        raise UserError(Problem(message=f"there is no file {path}", fix="check the path"))
    return text


def _with_margin(rules: SuitePolicy, max_drop: float) -> SuitePolicy:
    """The same policy with one absolute margin for every metric."""
    margin = Margin(value=max_drop)

    def changed(gate: Gate) -> Gate:
        return gate.model_copy(update={"max_drop": margin, "must_catch": None, "slice_drop": None})

    gates = {name: changed(gate) for name, gate in rules.gates.items()}
    return rules.model_copy(update={"gates": gates, "default_gate": changed(rules.default_gate)})


def _baselines(
    sheet: PolicySheet, read: Callable[[str], str | None], *, where: str
) -> dict[str, Scorecard | str]:
    found: dict[str, Scorecard | str] = {}
    for suite, path in sheet.baselines.items():
        try:
            text = read(path)
            found[suite] = f"there is no {path} {where}" if text is None else load_baseline(text, path)
        except UserError as error:
            found[suite] = "; ".join(f"{p.place or path}: {p.message}" for p in error.problems)
    return found
