"""Bisection → text: which commit and which file, how far it fell, how sure that is, what it took, and what to do next."""

import shlex
from collections.abc import Iterator, Sequence

from gate.model.bisection import Bisection, Culprit
from gate.model.past import Course, GitCommit, Move
from gate.render import escape
from gate.render.figures import move_texts
from gate.render.layout import NARROWEST, Column, Span, Style, ansi, paragraphs, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, means, money, percent

_SHA, _SHOWN, _LONGEST = 12, 8, 200
_LABEL = 10
_MOST = 0.75  # of the drop: with less of it, the rest is worth a word


def bisection_text(found: Bisection, *, width: int = 80, color: bool = False) -> str:
    """The whole for a terminal of `width` cells (at least 40 are used), ending in a line end."""
    cells = max(width, NARROWEST)
    style: Style = ansi("1") if color else unstyled
    blocks = [
        wrapped([Span(_headline(found), style)], cells=cells),
        _facts(found, cells=cells),
        _probes(found, cells=cells),
        _price(found, cells=cells),
        _next(found, cells=cells),
    ]
    return paragraphs(blocks)


def _headline(found: Bisection) -> str:
    metric, suite = escape.terminal(found.metric), escape.terminal(found.suite)
    name, road = f"{metric} of {suite}", f"{_plain(found.good)} and {_plain(found.bad)}"
    culprit = found.culprit
    commits = counted(found.commits, "commit")
    texts = {
        "told": f"{name}: {commits} between {road}, {count(found.commits - found.passed_over)} to be searched.",
        "nothing changed": f"{name}: nothing between {road} touches what the suite depends on ({commits}).",
        "nothing worse": f"{name}: no case is worse at {_plain(found.bad)} than in the baseline.",
        "not reproduced": f"{name}: on fresh draws there is no drop between {road} that luck would not explain.",
        "not confirmed": f"{name}: what the search came to is no worse on fresh draws than what stands before it.",
    }
    if culprit is None or found.outcome not in {"named", "range"}:
        return texts.get(found.outcome, "")
    if found.outcome == "range":
        return f"{name} got worse in one of {counted(len(culprit.commits), 'commit')}; those between cannot be told."
    if culprit.between is not None:
        return f"{name} got worse {_between(culprit.between)}."
    what = "with the merge" if culprit.merge else "at"
    return f"{name} got worse {what} {culprit.commits[0].sha[:_SHA]}: {_subject(culprit.commits[0])}"


def _facts(found: Bisection, *, cells: int) -> Iterator[str]:
    culprit = found.culprit
    commits = culprit.commits[:_SHOWN] if culprit is not None and culprit.between is None else ()
    for commit in commits:
        words = f"{commit.sha[:_SHA]} {commit.date} {escape.terminal(commit.author)}: {_subject(commit)}"
        yield from _row("commit", words, cells=cells)
    if culprit is not None:
        yield from _row("files", _files(culprit), cells=cells)
        if culprit.move is not None:
            before, after = means(culprit.before, culprit.after, unit=found.unit)
            yield from _row("moved", f"{before} \u2192 {after}: {_moved(culprit.move, found)}", cells=cells)
        if culprit.share is not None and culprit.share < _MOST and culprit.confirmed:
            share = percent(max(0.0, culprit.share))
            yield from _row(
                "of it", f"{share} of the drop from good to bad; the rest came elsewhere", cells=cells
            )
    if found.drop is not None:
        yield from _row(
            "in all", f"{_plain(found.good)} to {_plain(found.bad)}: {_moved(found.drop, found)}", cells=cells
        )
    if found.since_accepted is not None:
        moved = _moved(found.since_accepted, found)
        says = f"the good version itself has fallen since it was accepted: {moved}. What changed lies outside the repository."
        yield from _row("but", says, cells=cells)
    if found.cases:
        yield from _row("cases", _some(found.cases), cells=cells)


def _files(culprit: Culprit) -> str:
    if not culprit.files:
        one = " (the only one that the suite depends on)" if len(culprit.paths) == 1 else ""
        return f"{_some(culprit.paths)}{one}"
    others = len(culprit.paths) - len(culprit.files)
    beside = (
        f"; the other {counted(others, 'file')} do not"
        if others > 1
        else "; the other file does not"
        if others
        else ""
    )
    if not culprit.narrowed:
        return f"among {_some(culprit.files)}: more could not be told"
    if culprit.together:
        return f"{_some(culprit.files)}: only together, none of them alone"
    return f"{_some(culprit.files)}: on top of the version before, it alone does it{beside}"


def _probes(found: Bisection, *, cells: int) -> Iterator[str]:
    if not found.probes:
        return
    probes = found.probes
    columns = [
        Column("asked", [Span(escape.terminal(each.version)) for each in probes], right=False),
        Column("is", [Span(each.side) for each in probes], right=False),
        Column("mean", [Span(means(each.mean, None, unit=found.unit)[0]) for each in probes]),
        Column("draws", [Span(count(each.draws) if each.draws else UNKNOWN) for each in probes]),
    ]
    yield from table(columns, cells=cells, indent="", head=unstyled)
    for each in probes:
        if each.why:
            says = (
                f"{escape.terminal(each.version)} is passed over: {escape.terminal(each.why, limit=_LONGEST)}"
            )
            yield from wrapped([Span(says)], cells=cells)


def _price(found: Bisection, *, cells: int) -> Iterator[str]:
    if found.passed_over and found.outcome != "nothing changed":
        touch = "touches" if found.passed_over == 1 else "touch"
        says = f"Of {counted(found.commits, 'commit')} {count(found.passed_over)} {touch} nothing that the suite depends on."
        yield from wrapped([Span(says)], cells=cells)
    if found.outcome == "nothing changed":
        return
    sure = (
        f"Each step errs in at most {percent(found.step_alpha)}, the whole in at most {percent(found.alpha)} of searches "
        f"({counted(found.steps, 'step')}, and both ends twice)."
    )
    if found.outcome == "told":
        yield from wrapped([Span(f"At the most {counted(found.most_trials, 'trial')}. {sure}")], cells=cells)
        return
    kept = f", and used {count(found.kept)} that were kept" if found.kept else ""
    cost = f" for about {money(found.cost_usd)}" if found.cost_usd else ""
    yield from wrapped([Span(f"It took {counted(found.asked, 'trial')}{cost}{kept}. {sure}")], cells=cells)


def _next(found: Bisection, *, cells: int) -> Iterator[str]:
    for sentence, command in _steps(found):
        yield from wrapped([Span(sentence)], cells=cells)
        if command:
            yield f"    {escape.terminal(command, limit=_LONGEST)}"


def _steps(found: Bisection) -> Iterator[tuple[str, str]]:
    culprit, metric = found.culprit, shlex.quote(found.metric)
    if found.outcome == "named" and culprit is not None:
        paths = " ".join(shlex.quote(path) for path in culprit.files)
        yield "What it changed:", _command(culprit) + (f" -- {paths}" if paths else "")
        parts = culprit.share is not None and culprit.share < _MOST
        if parts and culprit.between is None and culprit.commits[0].parents:
            yield (
                "Where the rest came from:",
                f"gate bisect {metric} --bad {culprit.commits[0].parents[0][:_SHA]}",
            )
    elif found.outcome == "range":
        yield "Make one of those between run again, or read what they change.", ""
    elif found.outcome == "not reproduced":
        yield "What the check saw may have been luck. More draws of every case tell:", "gate check"
    elif found.outcome == "not confirmed":
        yield (
            "The drop may be smaller than it looked, or have come in several parts. More draws:",
            (f"gate bisect {metric} --draws 30"),
        )
    elif found.outcome == "nothing changed":
        yield (
            "If there is a drop, it came from outside the repository: the provider's model, data, a service.",
            "",
        )


def _between(ends: tuple[str, str]) -> str:
    first, second = ends
    if not second:
        return f"with what is not committed on top of {first[:_SHA]}"
    return f"between {first[:_SHA]} and {second[:_SHA]}"


def _command(culprit: Culprit) -> str:
    if culprit.between is None:
        return f"git show {culprit.commits[0].sha[:_SHA]}"
    return " ".join(["git diff", *(sha[:_SHA] for sha in culprit.between if sha)])


def _row(label: str, text: str, *, cells: int) -> Iterator[str]:
    yield from wrapped([Span(text)], cells=cells, first=label.ljust(_LABEL), rest=" " * _LABEL)


def _moved(move: Move, found: Bisection) -> str:
    course = Course(
        metric=found.metric,
        unit=found.unit,
        better=found.better,
        bounds=found.bounds,
        relative=found.relative,
    )
    change, interval = move_texts(move, course)
    return f"{change} [{interval}] on {counted(move.cases, 'case')}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    shown = ", ".join(escape.terminal(name) for name in names[:_SHOWN])
    return f"{shown} and {count(more)} more" if more > 0 else shown


def _subject(commit: GitCommit) -> str:
    return escape.terminal(commit.subject)


def _plain(name: str) -> str:
    return escape.terminal(name)
