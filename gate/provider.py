"""Suite → the door to its model provider and the pace of its calls: opened on first use, metered, shared in a walk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from gate.config.file import ConfigFile, batch_problem
from gate.evaluators.operational import CLOCKED
from gate.model.batch import Batches
from gate.model.errors import UserError
from gate.model.pace import Pace
from gate.model.ports import LanguageModel, Target
from gate.model.price import Prices
from gate.model.suite import Suite
from gate.run.pace import Paces
from gate.run.tab import Metered
from gate.run.window import Limits

if TYPE_CHECKING:
    from gate.llm.batches import AnthropicBatches
    from gate.llm.door import AnthropicModel


@dataclass(kw_only=True)
class ModelDoor:
    """Opens the door to the model provider on first use, so that a suite without one needs no key and no SDK."""

    concurrency: int
    timeout_s: float
    pace: Callable[[str], Pace]
    prices: Prices
    opened: list["AnthropicModel"] = field(default_factory=list)
    batched: list["AnthropicBatches"] = field(default_factory=list)

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

    def batches(self) -> Batches:
        """The door to batches, the same at every call.

        Raises:
            UserError: there is no key.
        """
        if not self.batched:
            from gate.llm.batches import AnthropicBatches  # noqa: PLC0415 - imports the SDK, over a second

            self.batched.append(AnthropicBatches(timeout_s=self.timeout_s, prices=self.prices))
        return self.batched[0]

    async def aclose(self) -> None:
        """Close what was opened."""
        for model in self.opened:
            await model.aclose()
        for batches in self.batched:
            await batches.aclose()


def pace_of(suite: Suite, paces: Paces) -> Callable[[str], Pace]:
    """The pace of each provider by its name, under what the suite allows."""
    limits = Limits(
        concurrency=suite.concurrency,
        calls_per_minute=suite.calls_per_minute,
        max_wait_s=suite.max_wait_s,
    )
    return partial(paces.of, limits=limits)


def check_batch(config: ConfigFile, suite: Suite, target: Target) -> None:
    """Refuse what a suite that is asked in batches cannot give, before anything is paid.

    Raises:
        UserError: the target is not one question to a model, or a gate needs a clock.
    """
    if not suite.batch:
        return
    found = [
        batch_problem(
            config,
            suite=suite.name,
            gate=metric,
            message=f"{metric} is not measured where the target is asked in batches",
            fix="take this gate out, or `batch: true`",
        )
        for metric in CLOCKED
        if metric in suite.policy.gates
    ]
    if target.request(suite.cases[0]) is None:
        message = f"a target {suite.target.use!r} is more than one question to a model, and cannot be asked in batches"
        fix = "take `batch` out, or use a `prompt` target"
        found.append(batch_problem(config, suite=suite.name, message=message, fix=fix))
    if found:
        raise UserError(*found)
