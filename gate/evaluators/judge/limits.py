"""Options that every judge has, told once: how much it may answer and read, with how much effort, how it is tried."""

from typing import Annotated, Literal

from pydantic import Field

MaxTokens = Annotated[
    int, Field(ge=64, description="Longest answer of the judge, in tokens, thinking included.")
]
MaxCharacters = Annotated[
    int, Field(ge=100, description="Longer material is not judged: the judge abstains (`too_long`).")
]
Effort = Annotated[
    Literal["low", "medium", "high"] | None,
    Field(description="How much effort the model puts in; left out, the model's own default."),
]
Canaries = Annotated[
    int,
    Field(
        ge=0,
        le=10,
        description="How many planted responses that argue for their own verdict are judged before the first case; "
        "where one gets its way, the judge is not trusted and gives no score.",
    ),
]
MOST_CHARACTERS = 100_000
