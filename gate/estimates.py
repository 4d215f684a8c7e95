"""A ready suite → what its trials are going to take, and the line that says so before a run."""

from functools import partial

from gate.host.local import WorkingTree
from gate.model.errors import UserError
from gate.model.files import load_baseline
from gate.model.outlay import Outlay
from gate.model.reply import Usage
from gate.model.scorecard import Scorecard
from gate.ready import Ready
from gate.render.plan import outlay_text
from gate.run.estimate import PerTrial, outlay, per_trial

_LOOKED_AT = 200  # prompts that are rendered for an estimate


def estimate(ready: Ready, *, baseline: Scorecard | None) -> PerTrial:
    """What one trial of a suite takes; of many cases, a part that is spread over all of them is looked at."""
    cases, evaluators = ready.suite.cases, ready.instruments.evaluators
    return per_trial(
        [ready.target.request(case) for case in cases[:: max(1, len(cases) // _LOOKED_AT)]],
        baseline=baseline,
        price=partial(_price, ready),
        judge_calls=(
            sum(each.calls for each in evaluators),
            sum(each.calls_ahead for each in evaluators),
        ),
    )


def expected(tree: WorkingTree, ready: Ready, *, trials: int, kept: int = 0) -> Outlay:
    """What trials of a suite are going to take, of which some are kept, by its prompts and the baseline in the tree."""
    suite = ready.suite
    text = tree.read(suite.baseline)
    try:
        baseline = load_baseline(text, suite.baseline) if text is not None else None
    except UserError:  # told where it matters; here it is a baseline that tells nothing
        baseline = None
    return outlay(estimate(ready, baseline=baseline), suite=suite, trials=trials, kept=kept)


def announcement(tree: WorkingTree, ready: Ready, *, trials: int, kept: int) -> str:
    """What a run is about to take; empty where nothing is known of it."""
    takes = expected(tree, ready, trials=trials, kept=kept)
    if takes.input_tokens is None and takes.cost_usd is None and not takes.judge_calls:
        return ""
    return outlay_text(ready.suite.name, takes)


def _price(ready: Ready, model: str, usage: Usage) -> float | None:
    from gate.llm.price import cost_usd  # noqa: PLC0415 - the table of prices, for those who ask a model

    return cost_usd(model, usage, own=ready.suite.prices, batch=ready.suite.batch)
