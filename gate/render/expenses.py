"""What a run paid beside its replies → words. Never adds it to what the replies cost: those are compared, this is not."""

from collections.abc import Iterator

from gate.model.reply import Expense
from gate.model.report import RunSummary
from gate.render.numbers import counted, money, tokens


def beside(run: RunSummary) -> Iterator[str]:
    """`judges: 120 calls, 30.1k tokens in, 9.8k out, $0.42`, `2 lost answers: …`; nothing where there were none."""
    if run.judged is not None:
        yield f"judges: {counted(run.judged.calls, 'call')}, {took(run.judged)}"
    if run.lost is not None:
        yield f"{counted(run.lost.calls, 'lost answer')}: {took(run.lost)}"


def took(expense: Expense) -> str:
    """`30.1k tokens in, 9.8k out, $0.42`."""
    cost = "cost unknown" if expense.cost_usd is None else money(expense.cost_usd)
    usage = expense.usage
    if usage is None:
        return cost
    sent = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return f"{tokens(sent)} tokens in, {tokens(usage.output_tokens)} out, {cost}"
