"""PowerPlan → text: what a suite can find, before anybody pays for a run, and what it would take to find more."""

from collections.abc import Callable, Iterator

from gate.model.power import DesignPower, MetricPower, PowerPlan
from gate.render import escape
from gate.render.figures import drop_text
from gate.render.layout import NARROWEST, Column, Span, paragraphs, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, percent

_Cell = Callable[[MetricPower, DesignPower], str]


def power_text(plan: PowerPlan, *, width: int = 80) -> str:
    """Two tables, metrics by designs: the smallest drop that is found, and the cases that find `must_catch`."""
    cells = max(width, NARROWEST)
    blocks = [_opening(plan, cells=cells)]
    if plan.metrics:
        blocks += [
            _table(
                plan,
                "smallest drop found",
                "must catch",
                lambda m, d: drop_text(d.detectable, m),
                cells=cells,
            ),
            _table(plan, "cases needed", "has", _cases_needed, cells=cells),
            _reading(plan, cells=cells),
        ]
    return paragraphs(blocks)


def _opening(plan: PowerPlan, *, cells: int) -> Iterator[str]:
    text = (
        f"{escape.terminal(plan.suite)}: {counted(plan.cases, 'case')}, {counted(len(plan.metrics), 'gated metric')}. "
        f"A drop is found with a chance of {percent(plan.power)}, at a false-alarm rate of {percent(plan.alpha)} "
        "for the whole pull request."
    )
    yield from wrapped([Span(text)], cells=cells)


def _table(plan: PowerPlan, title: str, second: str, cell: _Cell, *, cells: int) -> Iterator[str]:
    designs = sorted({_draws(design) for metric in plan.metrics for design in metric.designs})
    named = [Span(_name(metric)) for metric in plan.metrics]
    known = [
        Span(drop_text(metric.must_catch, metric) if second == "must catch" else count(metric.cases))
        for metric in plan.metrics
    ]
    columns = [Column(title, named, right=False), Column(second, known)]
    for spare, draws in enumerate(designs, start=1):
        entries = [_entry(metric, draws, cell) for metric in plan.metrics]
        used = draws in {plan.check, plan.second_look}
        columns.append(Column(f"{draws[0]}+{draws[1]}", entries, spare=0 if used else spare))
    return table(columns, cells=cells, indent="", head=unstyled)


def _entry(metric: MetricPower, draws: tuple[int, int], cell: _Cell) -> Span:
    found = next((design for design in metric.designs if _draws(design) == draws), None)
    return Span(UNKNOWN if found is None else cell(metric, found))


def _draws(design: DesignPower) -> tuple[int, int]:
    return design.baseline_draws, design.head_draws


def _cases_needed(_metric: MetricPower, design: DesignPower) -> str:
    return UNKNOWN if design.cases_needed is None else count(design.cases_needed)


def _name(metric: MetricPower) -> str:
    mark = " *" if metric.assumed else ""
    warns = " (warns)" if metric.mode == "warn" else ""
    return f"{escape.terminal(metric.metric)}{warns}{mark}"


def _reading(plan: PowerPlan, *, cells: int) -> Iterator[str]:
    first, second = (f"{baseline}+{head}" for baseline, head in (plan.check, plan.second_look))
    looks = (
        f"a check takes {first}" if first == second else f"a check takes {first}, its second look {second}"
    )
    lines = [
        f"{first} is draws of each case in the baseline + draws on a pull request; {looks}.",
        "Cases needed are those that find a drop of `must catch`.",
    ]
    assumed = [metric for metric in plan.metrics if metric.assumed]
    if assumed:
        rates = {metric.flip_rate for metric in assumed if metric.flip_rate is not None}
        rate = f": two draws of a case differ in {percent(max(rates))} of cases" if rates else ""
        lines.append(
            f"* The noise is not measured but assumed{rate}. `gate accept` with repeats measures it."
        )
    if any(metric.variance is None for metric in plan.metrics):
        lines.append(f"{UNKNOWN} means that it is not known before a baseline is.")
    for line in lines:
        yield from wrapped([Span(line)], cells=cells)
