"""What a code host tells beside the change itself: comments, statuses, runs and their artifacts, roles, comparisons."""

from typing import Literal

from gate.model.base import Noun
from gate.model.change import Changes


class Comment(Noun):
    """A comment on a pull request or issue. `body` is foreign text unless `ours`: the account of our token wrote it.

    Times are those of the host (ISO 8601); a comment was edited where they differ. `node` is its id in GraphQL.
    """

    id: int
    login: str
    body: str
    url: str
    created_at: str
    updated_at: str
    node: str = ""
    ours: bool = False


class PostedStatus(Noun):
    """The newest status of one context on a commit. `creator` is the login of who posted it, empty if unknown."""

    context: str
    state: Literal["pending", "success", "failure", "error"]
    description: str = ""
    target_url: str = ""
    creator: str = ""


class WorkflowRun(Noun):
    """One run of a workflow. `fork` says that the commit lies in another repository, whose author may have forged all.

    `path` is the workflow's file, `conclusion` empty while it runs.
    """

    id: int
    name: str
    path: str
    event: str
    status: str
    conclusion: str
    attempt: int
    head_sha: str
    head_ref: str
    head_repository: str
    fork: bool
    url: str = ""


class Artifact(Noun):
    """What a run left behind. `digest` is `sha256:<hex>` of the archive, empty where the host tells none."""

    id: int
    name: str
    size_bytes: int
    expired: bool
    run_id: int
    head_sha: str
    digest: str = ""


class Permission(Noun):
    """What a person may do in the repository. A custom role counts as the built-in one that it stands on."""

    login: str
    role: Literal["none", "read", "triage", "write", "maintain", "admin"] = "none"

    @property
    def may_write(self) -> bool:
        """Whether they may push."""
        return self.role in {"write", "maintain", "admin"}


class Commit(Noun):
    """A commit. `author` and `committer` are the logins that its addresses belong to, empty where they are nobody's.

    Anyone can write any address: only where `verified` (signed, by a key that the host knows) is its committer who it
    says. A commit that the host itself made for an account is signed and has the committer `web-flow`.
    """

    sha: str
    parents: tuple[str, ...]
    message: str
    author: str = ""
    committer: str = ""
    verified: bool = False


class CommitComparison(Noun):
    """What lies between two commits: `changes` are those from their merge base to the second one.

    They are what differs between the two only where `merge_base` is the first one. `complete` is False from 300 files.
    """

    merge_base: str
    changes: Changes


class Performed(Noun):
    """What became of an effect: whether the host's state changed, and where it is to be seen (empty: nowhere)."""

    changed: bool
    url: str = ""


class NewCommit(Noun):
    """A commit that was made for us. `changed` counts the files that differ from its parent; None: the host tells not."""

    sha: str
    parents: tuple[str, ...] = ()
    changed: int | None = None


class StaleHead(Noun):
    """A commit was refused because the branch had moved: nothing was written. `found` is empty if it is unknown."""

    expected: str
    found: str = ""
