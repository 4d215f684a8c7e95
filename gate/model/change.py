"""PullRequest and what it changes, as the code host tells it."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun


class PullRequest(Noun):
    """A pull request at one moment. Shas are full; `fork` says that the head lies in another repository.

    `head_ref` and `base_ref` are names of branches; `head_repository` is `owner/name`, empty where it was deleted.
    """

    number: int = Field(ge=1)
    state: Literal["open", "closed", "merged"]
    head_sha: str
    head_ref: str
    head_repository: str
    base_sha: str
    base_ref: str
    fork: bool
    author: str = ""


class Changes(Noun):
    """The files that a pull request touches, relative to the repository; both names of a renamed one.

    `complete` is False where the host cannot list all of them (GitHub ends at 3,000): then anything may have changed.
    """

    paths: tuple[str, ...] = ()
    complete: bool = True
