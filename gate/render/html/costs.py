"""Report → what the runs took: calls, tokens and money of the application, of judges, of answers that were lost."""

from collections.abc import Iterator

from gate.model.reply import Expense
from gate.model.report import Report, RunSummary
from gate.render.html.markup import Markup, el, inline, shown
from gate.render.html.verdict import section
from gate.render.numbers import UNKNOWN, count, money, tokens
from gate.render.sentences import run_sentence

_COLUMNS = ("", "calls", "tokens in", "tokens out", "cost")


def costs(report: Report) -> Markup | None:
    """A table a suite, and in a sentence how long it took. What is not known is a dash, never 0."""
    if not report.runs:
        return None
    return section("costs", "Cost and time", *(part for run in report.runs for part in _run(run)))


def _run(run: RunSummary) -> Iterator[Markup]:
    yield el("p", inline(run_sentence(run)))
    rows = [_row("application", run.trials, (run.input_tokens, run.output_tokens), run.cost_usd)]
    rows += [_expense("judges", run.judged)] if run.judged is not None else []
    rows += [_expense("answers that were lost", run.lost)] if run.lost is not None else []
    head = el("tr", *(el("th", name, scope="col") if name else el("td") for name in _COLUMNS))
    caption = el("caption", f"What {shown(run.suite)} took", class_="hidden")
    yield el(
        "div",
        el("table", caption, el("thead", head), el("tbody", *rows), class_="costs"),
        class_="scroll", tabindex=0, role="region", aria_label=f"cost of {shown(run.suite)}",
    )  # fmt: skip


def _expense(name: str, expense: Expense) -> Markup:
    usage = expense.usage
    sent = None if usage is None else usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return _row(name, expense.calls, (sent, None if usage is None else usage.output_tokens), expense.cost_usd)


def _row(name: str, calls: int, used: tuple[int | None, int | None], cost_usd: float | None) -> Markup:
    cells = [count(calls), *(UNKNOWN if number is None else tokens(number) for number in used)]
    cells.append(UNKNOWN if cost_usd is None else money(cost_usd))
    return el("tr", el("th", name, scope="row"), *(el("td", cell) for cell in cells))
