"""Suite → the door to its model provider and the pace of its calls: opened on first use, metered, shared in a walk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from gate.model.pace import Pace
from gate.model.ports import LanguageModel
from gate.model.price import Prices
from gate.model.suite import Suite
from gate.run.pace import Paces
from gate.run.tab import Metered
from gate.run.window import Limits

if TYPE_CHECKING:
    from gate.llm.door import AnthropicModel


@dataclass(kw_only=True)
class ModelDoor:
    """Opens the door to the model provider on first use, so that a suite without one needs no key and no SDK."""

    concurrency: int
    timeout_s: float
    pace: Callable[[str], Pace]
    prices: Prices
    opened: list["AnthropicModel"] = field(default_factory=list)

    def __call__(self) -> LanguageModel:
        """The door, the same at every call.

        Raises:
            UserError: there is no key.
        """
        if not self.opened:
            from gate.llm.door import AnthropicModel  # noqa: PLC0415 - a second of start-up, for those who need it

            self.opened.append(
                AnthropicModel(
                    concurrency=self.concurrency,
                    timeout_s=self.timeout_s,
                    pace=self.pace,
                    prices=self.prices,
                )
            )
        return Metered(self.opened[0])

    async def aclose(self) -> None:
        """Close it, if it was opened."""
        for model in self.opened:
            await model.aclose()


def pace_of(suite: Suite, paces: Paces) -> Callable[[str], Pace]:
    """The pace of each provider by its name, under what the suite allows."""
    limits = Limits(
        concurrency=suite.concurrency,
        calls_per_minute=suite.calls_per_minute,
        max_wait_s=suite.max_wait_s,
    )
    return partial(paces.of, limits=limits)
