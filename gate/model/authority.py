"""Authority: who may accept a changed baseline with a comment."""

from typing import Annotated, Literal

from pydantic import Field

from gate.model.base import Noun


class Authority(Noun):
    """Who may accept a changed baseline with a comment; read from the base commit."""

    role: Literal["write", "maintain", "admin"] = Field(
        default="write", description="The smallest role in the repository that it takes."
    )
    teams: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9_.-]+$")], ...] = Field(
        default=(),
        description="Teams, as `organization/team`, of which one is needed besides the role. It takes the token of a "
        "GitHub App that may read members: the token of a job may not ask.",
        examples=[["acme/evals"]],
    )
