"""Sample → what the reply cost: by the user's own prices, else as its target says. Never a guess, and never 0 for unknown.

An instrument of its own beside `operational`: with other prices a cost is measured anew, and nothing else is.
"""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from gate.model.base import Noun
from gate.model.ports import Evaluator, Setting
from gate.model.price import Price, priced
from gate.model.reply import Sample
from gate.model.score import Metric, Score

COST = Metric(name="cost_usd", kind="measure", unit="USD", better="lower", log=True, operational=True)


class CostOptions(Noun):
    """The user's own prices, by the name or a pattern of the model."""

    prices: dict[str, Price] = Field(default_factory=dict)


class Cost(Evaluator):
    """US dollars of every reply whose price is known."""

    Options: ClassVar = CostOptions
    instant: ClassVar = True
    options: CostOptions

    def __init__(self, name: str, options: CostOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)

    @property
    def metrics(self) -> Sequence[Metric]:
        """One."""
        return (COST,)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Read it off the reply. What costs nothing has no ratio to be compared by, and is no score."""
        cost_usd = priced(sample.reply, self.options.prices).cost_usd
        return (Score(metric=COST.name, value=cost_usd),) if cost_usd else ()
