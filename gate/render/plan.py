"""SuitePlan → text: what a check and an accept are going to take. Never says more than is known."""

from collections.abc import Iterator, Sequence

from gate.model.outlay import Outlay, SuitePlan
from gate.render import escape
from gate.render.layout import NARROWEST, Column, Span, paragraphs, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, duration, money, tokens

_NAMES = ("check", "second look", "accept")


def plans_text(plans: Sequence[SuitePlan], *, width: int = 80) -> str:
    """A table for each suite, the sums where there are several, and what the figures are made of."""
    cells = max(width, NARROWEST)
    blocks = [[*_opening(plan, cells=cells), *_table(_rows(plan), cells=cells)] for plan in plans]
    if len(plans) > 1:
        blocks.append([f"all {counted(len(plans), 'suite')}", *_table(_sums(plans), cells=cells)])
    return paragraphs([*blocks, _reading(plans, cells=cells)])


def outlay_text(suite: str, outlay: Outlay) -> str:
    """One line before a run: `support: 85 trials, about 40.1k tokens in, at most 87.0k out, at most $0.48`."""
    return f"{escape.terminal(suite)}: {', '.join(_parts(outlay))}"


def _parts(outlay: Outlay) -> Iterator[str]:
    yield counted(outlay.trials, "trial")
    if outlay.kept:
        yield f"{count(outlay.kept)} of them kept from before"
    if not outlay.asked:
        return
    if outlay.input_tokens is not None:
        yield f"about {tokens(round(outlay.input_tokens))} tokens in"
    if outlay.output_tokens is not None:
        yield f"{_how(outlay)} {tokens(round(outlay.output_tokens))} out"
    if outlay.cost_usd is not None:
        yield f"{_how(outlay)} {money(outlay.cost_usd)}"
    elif outlay.input_tokens is not None:
        yield "cost unknown"
    if outlay.judge_calls:
        yield f"at most {counted(outlay.judge_calls, 'call')} of judges besides"
    if outlay.seconds is not None:
        yield f"about {duration(outlay.seconds)}"


def _opening(plan: SuitePlan, *, cells: int) -> Iterator[str]:
    model = f" ({escape.terminal(plan.model)})" if plan.model else ""
    text = f"{escape.terminal(plan.suite)}: {counted(plan.cases, 'case')}, target {escape.terminal(plan.target)}{model}"
    yield from wrapped([Span(text)], cells=cells)
    for refusal in plan.refusals:
        yield from wrapped([Span(escape.terminal(f"{refusal}."))], cells=cells, first="  ", rest="  ")


def _rows(plan: SuitePlan) -> list[tuple[str, Outlay]]:
    second = [(_NAMES[1], plan.second)] if plan.second is not None else []
    return [(_NAMES[0], plan.check), *second, (_NAMES[2], plan.accept)]


def _table(rows: Sequence[tuple[str, Outlay]], *, cells: int) -> Iterator[str]:
    def column(title: str, texts: Sequence[str], spare: int = 0) -> Column:
        return Column(title, [Span(text) for text in texts], spare=spare)

    outlays = [outlay for _, outlay in rows]
    judged = any(each.judge_calls for each in outlays)
    columns = [
        Column("", [Span(name) for name, _ in rows], right=False),
        column("trials", [count(each.trials) for each in outlays]),
        column("kept", [count(each.kept) for each in outlays], spare=2),
        column("asked", [count(each.asked) for each in outlays]),
        *([column("judge calls", [_most(each) for each in outlays], spare=3)] if judged else []),
        column("tokens in", [_tokens(each.input_tokens) for each in outlays], spare=1),
        column("out", [_bound(each, _tokens(each.output_tokens)) for each in outlays], spare=1),
        column("cost", [_bound(each, _money(each)) for each in outlays]),
        column("time", [UNKNOWN if each.seconds is None else duration(each.seconds) for each in outlays]),
    ]
    return table(columns, cells=cells, indent="  ", head=unstyled)


def _sums(plans: Sequence[SuitePlan]) -> list[tuple[str, Outlay]]:
    """By walk. What is not known of one suite is not known of all."""
    parts = {
        _NAMES[0]: [plan.check for plan in plans],
        _NAMES[1]: [plan.second for plan in plans if plan.second is not None],
        _NAMES[2]: [plan.accept for plan in plans],
    }
    return [(name, _sum(outlays)) for name, outlays in parts.items() if outlays]


def _sum(outlays: Sequence[Outlay]) -> Outlay:
    return Outlay(
        trials=sum(each.trials for each in outlays),
        kept=sum(each.kept for each in outlays),
        judge_calls=sum(each.judge_calls for each in outlays),
        input_tokens=_total([each.input_tokens for each in outlays]),
        output_tokens=_total([each.output_tokens for each in outlays]),
        cost_usd=_total([each.cost_usd for each in outlays]),
        at_most=any(each.at_most for each in outlays),
        seconds=_total([each.seconds for each in outlays]),
    )


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _reading(plans: Sequence[SuitePlan], *, cells: int) -> Iterator[str]:
    outlays = [outlay for plan in plans for _, outlay in _rows(plan)]
    says = ["A second look is taken only if the first cannot tell, and if the budget has room for it."]
    if any(each.input_tokens is not None for each in outlays):
        says.append("Tokens in are estimated by the length of the prompts.")
    if any(each.at_most for each in outlays):
        says.append(
            "\u2264 is the most that `max_tokens` allows; if `output_tokens` is gated, the baseline tells what is usual."
        )
    if any(each.judge_calls for each in outlays):
        says.append("The cost of the judges' calls is not in the figures.")
    if any(each.cost_usd is None or each.seconds is None for each in outlays):
        says.append(
            f"{UNKNOWN}: not known. A cost needs a model with a price, or `cost_usd` in the baseline; a time needs `latency_s` "
            "in the baseline. The baseline has what is gated."
        )
    yield from wrapped([Span(" ".join(says))], cells=cells)


def _how(outlay: Outlay) -> str:
    return "at most" if outlay.at_most else "about"


def _bound(outlay: Outlay, text: str) -> str:
    return f"\u2264 {text}" if outlay.at_most and text != UNKNOWN else text


def _tokens(value: float | None) -> str:
    return UNKNOWN if value is None else tokens(round(value))


def _most(outlay: Outlay) -> str:
    return f"\u2264 {count(outlay.judge_calls)}" if outlay.judge_calls else count(0)


def _money(outlay: Outlay) -> str:
    return UNKNOWN if outlay.cost_usd is None else money(outlay.cost_usd)
