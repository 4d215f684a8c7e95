"""Effects: what a walk wants done to the world, as values. Deciding makes them, the host performs them.

Texts in them are finished documents: whoever made an effect has escaped what is foreign.
"""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun

COMMENT_LIMIT = 65_536  # characters of a comment's body on GitHub; more is refused with 422
STATUS_LIMIT = 140  # characters of a commit status' description
ANNOTATION_LIMIT = 10  # warnings, and as many errors, of one step that GitHub shows


class StickyComment(Noun):
    """Our one comment on a pull request: found again by its hidden `marker`, updated in place.

    `create` false updates a comment that is there already, and writes none where there is none. Where `head` is given, it
    is written only while that is the pull request's head.
    """

    number: int = Field(ge=1)
    marker: str
    body: str = Field(max_length=COMMENT_LIMIT)
    create: bool = True
    head: str = ""


class CommitStatus(Noun):
    """The state of one context on one commit; a later one replaces an earlier one.

    `first` says that the commit is so new that nobody can have posted on it, so that nobody need look.
    """

    sha: str
    state: Literal["pending", "success", "failure", "error"]
    description: str = Field(max_length=STATUS_LIMIT)
    context: str = "gate"
    target_url: str = ""
    first: bool = False


class Annotation(Noun):
    """A note at a line of a file, in the list of changes. `file` is relative to the repository; empty: to none."""

    level: Literal["error", "warning", "notice"]
    message: str
    title: str = ""
    file: str = ""
    line: int | None = Field(default=None, ge=1)


class JobSummary(Noun):
    """Markdown that is added to the job's own page."""

    text: str


class StepOutput(Noun):
    """A value that later steps of the job can read."""

    name: str
    value: str


class WorkspaceFile(Noun):
    """A file in the workspace, relative to it, with the ownership of the workspace."""

    path: str
    text: str


class Reaction(Noun):
    """A small answer to a comment: seen, done, or not done."""

    comment_id: int
    content: Literal["eyes", "rocket", "confused"]


class Amendment(Noun):
    """Another text for a comment of ours, and what `reaction` says to the one that asked for it: both in one call.

    `node` and `reaction_node` are the ids of the two comments in GraphQL.
    """

    node: str = Field(min_length=1)
    body: str = Field(max_length=COMMENT_LIMIT)
    reaction_node: str = Field(min_length=1)
    reaction: Reaction


class ReplyComment(Noun):
    """A new comment under a pull request, which is never updated.

    `answers` is the id of the comment that it answers (0: none): an equal one that is younger is this one already.
    """

    number: int = Field(ge=1)
    body: str = Field(max_length=COMMENT_LIMIT)
    answers: int = Field(default=0, ge=0)


Effect = (
    StickyComment
    | CommitStatus
    | Annotation
    | JobSummary
    | StepOutput
    | WorkspaceFile
    | Reaction
    | Amendment
    | ReplyComment
)
