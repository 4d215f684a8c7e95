"""Two PolicySheets → Proposals: what the head would change of the bar, in plain words, loosened first.

A change counts as loosened where more would pass, and also where that cannot be told from the sheets alone.
"""

from collections.abc import Iterator

from gate.model.authority import Authority
from gate.model.report import Proposal
from gate.model.suite import Draws, Gate, Margin, Policy, PolicySheet, Slice, SuitePolicy

_ROLES = ("write", "maintain", "admin")
_MODES = ("record", "warn", "block")
_LARGER_IS_LOOSER = ("slice_drop", "slice_min_cases", "max_churn", "max_error_rate")
# What a margin is where none is given, absolute and relative (see gate.compare.policy).
_USUAL = {"max_drop": (0.02, 0.10), "must_catch": (0.05, 0.25), "slice_drop": (0.10, 0.25)}


def proposals(base: PolicySheet, head: PolicySheet) -> tuple[Proposal, ...]:
    """Compare two sheets. The order is fixed: loosened ones first, then by their words."""
    found = {
        *_of_policy(base.policy, head.policy),
        *_of_authority(base.authority, head.authority),
        *_of_suites(base, head),
    }
    return tuple(sorted(found, key=lambda proposal: (not proposal.loosened, proposal.text)))


def _of_policy(base: Policy, head: Policy) -> Iterator[Proposal]:
    for key in Policy.model_fields:
        before, after = getattr(base, key), getattr(head, key)
        if before == after:
            continue
        if key in _LARGER_IS_LOOSER:
            loosened = after > before
        elif key == "slice_q":
            loosened = after < before
        elif key == "broken_cases":
            loosened = before is not None and (after is None or after > before)
        else:  # with another alpha some things pass more easily and some less; power steers only planning figures
            loosened = key == "alpha" or after in {"warn", "any"}
        yield _change("policy", key, before=before, after=after, loosened=loosened)


def _of_authority(base: Authority, head: Authority) -> Iterator[Proposal]:
    """Who may accept. It is loosened where somebody may who could not before."""
    if base.role != head.role:
        loosened = _ROLES.index(head.role) < _ROLES.index(base.role)
        yield _change("accept", "role", before=base.role, after=head.role, loosened=loosened)
    if base.teams != head.teams:
        loosened = not head.teams or (bool(base.teams) and not {*head.teams} <= {*base.teams})
        yield _change(
            "accept",
            "teams",
            before=", ".join(base.teams) or None,
            after=", ".join(head.teams) or None,
            loosened=loosened,
        )


def _of_suites(base: PolicySheet, head: PolicySheet) -> Iterator[Proposal]:
    for suite in sorted({*base.suites, *head.suites}):
        if suite not in head.suites:
            yield Proposal(text=f"suite {suite} is taken out", loosened=True)
        elif suite not in base.suites:
            yield Proposal(text=f"suite {suite} is new", loosened=False)
        else:
            yield from _of_suite(suite, base.suites[suite], head.suites[suite])
            before, after = base.baselines.get(suite), head.baselines.get(suite)
            if before != after:
                yield _change(f"suite {suite}", "baseline", before=before, after=after, loosened=True)
            yield from _of_draws(f"suite {suite}", base.draws.get(suite), head.draws.get(suite))
            yield from _of_instruments(suite, base, head)


def _of_instruments(suite: str, base: PolicySheet, head: PolicySheet) -> Iterator[Proposal]:
    """Evaluators and case files, as the config names them; what is in the files shows in the comparison itself."""
    before, after = base.evaluators.get(suite, {}), head.evaluators.get(suite, {})
    for name in sorted({*before, *after}):
        if name not in after:
            yield Proposal(text=f"suite {suite}: evaluator {name} is taken out", loosened=True)
        elif name not in before:
            yield Proposal(text=f"suite {suite}: evaluator {name} is new", loosened=False)
        elif before[name] != after[name]:
            yield Proposal(text=f"suite {suite}: evaluator {name} measures in another way", loosened=True)
    gone = set(base.cases.get(suite, ())) - set(head.cases.get(suite, ()))
    more = set(head.cases.get(suite, ())) - set(base.cases.get(suite, ()))
    if gone or more:
        words = [*(f"no more {path}" for path in sorted(gone)), *(f"also {path}" for path in sorted(more))]
        yield Proposal(text=f"suite {suite}: its cases are {', '.join(words)}", loosened=bool(gone))


def _of_draws(where: str, base: Draws | None, head: Draws | None) -> Iterator[Proposal]:
    for key in Draws.model_fields if base is not None and head is not None else ():
        before, after = getattr(base, key), getattr(head, key)
        if before != after:
            yield _change(where, f"trials.{key}", before=before, after=after, loosened=after < before)


def _of_suite(suite: str, base: SuitePolicy, head: SuitePolicy) -> Iterator[Proposal]:
    where = f"suite {suite}"
    for metric in sorted({*base.gates, *head.gates}):
        before, after = base.gates.get(metric, base.default_gate), head.gates.get(metric, head.default_gate)
        yield from _of_gate(f"{where}, {metric}", before, after)
    yield from _of_gate(f"{where}, metrics without a gate of their own", base.default_gate, head.default_gate)
    if base.cluster != head.cluster:
        yield _change(where, "cluster", before=base.cluster, after=head.cluster, loosened=True)
    slices = {_name(each): each for each in head.slices}
    for each in base.slices:
        if _name(each) not in slices:
            yield Proposal(text=f"{where}: slice {_name(each)} is taken out", loosened=True)
        elif slices[_name(each)] != each:
            yield Proposal(text=f"{where}: slice {_name(each)} holds other cases", loosened=True)
    for name in sorted(slices.keys() - {_name(each) for each in base.slices}):
        yield Proposal(text=f"{where}: slice {name} is new", loosened=False)


def _of_gate(where: str, base: Gate, head: Gate) -> Iterator[Proposal]:
    for key in Gate.model_fields:
        before, after = getattr(base, key), getattr(head, key)
        if before != after:
            loosened = _is_gate_looser(key, before, after)
            yield _change(where, key, before=before, after=after, loosened=loosened)


def _is_gate_looser(key: str, before: object, after: object) -> bool:
    if key in _USUAL:
        return _is_margin_larger(key, before, after)
    if key == "mode":
        return _MODES.index(str(after)) < _MODES.index(str(before))
    if isinstance(before, float) and isinstance(after, float):
        return after > before if key == "max" else after < before
    if key in {"min", "max", "min_coverage"}:
        return after is None
    return True  # another statistic or another direction: cannot be told


def _is_margin_larger(key: str, before: object, after: object) -> bool:
    if not isinstance(after, Margin):
        return True
    if not isinstance(before, Margin):
        return after.value > _USUAL[key][after.relative]
    return after.relative != before.relative or after.value > before.value


def _change(where: str, key: str, *, before: object, after: object, loosened: bool) -> Proposal:
    return Proposal(text=f"{where}: {key} goes from {_word(before)} to {_word(after)}", loosened=loosened)


def _word(value: object) -> str:
    if value is None:
        return "unset"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _name(each: str | Slice) -> str:
    return each if isinstance(each, str) else each.name
