"""Budget: what one run may spend at the most, and what was spent of it."""

from pydantic import Field

from gate.model.base import Noun


class Budget(Noun):
    """Caps of both looks of a suite, or of all suites of a command. None is no cap.

    A cap reached stops new calls, keeps what is done, ends as an error.
    """

    calls: int | None = Field(default=None, ge=1, description="The most calls of target and judges.")
    tokens: int | None = Field(default=None, ge=1, description="The most tokens, in and out together.")
    cost_usd: float | None = Field(
        default=None,
        gt=0,
        description="The most US dollars. Where the price of a reply is not known, the run stops after the first.",
    )
    minutes: float | None = Field(
        default=None, gt=0, description="The longest time that runs may take, in minutes."
    )


class Spent(Noun):
    """What was counted against a budget. `amounts` are by the name of the cap that counts them, in its unit."""

    calls: int = 0
    seconds: float = 0
    amounts: dict[str, float] = Field(default_factory=dict)
