"""Comments on a pull request: which there are, and which of them are ours. A marker alone proves nothing: anyone can write it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gate.host.github.asking import Asking
from gate.host.github.failure import Task
from gate.model.hosting import Comment

if TYPE_CHECKING:
    from gate.host.github.wire import Wire

_NEEDS = "pull-requests: write"
_VIEWER = "query { viewer { login } }"


class Comments(Asking):
    """Reading comments."""

    def __init__(self, wire: "Wire") -> None:
        super().__init__(wire)
        self._login = ""

    def login(self) -> str:
        """Whose token this is, as its comments are signed: `github-actions[bot]`, an App's `name[bot]`, or a person.

        GraphQL tells it of every kind of token, where REST's `GET /user` refuses those of Apps, GITHUB_TOKEN among them.

        Raises:
            HostError: it could not be asked.
        """
        if not self._login:
            task = Task(doing="asking whose token this is")
            self._login = self._wire.graphql(task, _VIEWER, variables={}, parse=_login)
        return self._login

    def comment(self, comment: int) -> Comment:
        """One comment, as it is now.

        Raises:
            HostError: it is gone, or may not be read.
        """
        task = Task(doing=f"reading comment {comment}", needs="pull-requests: read")
        found = self._wire.read(task, self._at("issues", "comments", comment), parse=comment_of)
        return self._signed([found])[0]

    def comments(self, number: int) -> tuple[Comment, ...]:
        """All comments on a pull request, the oldest first.

        Raises:
            HostError: they may not be read.
        """
        listed = self._listed(number)
        return tuple(self._signed(listed)) if listed else ()

    def sticky(self, number: int, *, marker: str) -> tuple[Comment, ...]:
        """Our comments that begin with the marker, the oldest first: one, unless jobs ran side by side.

        Raises:
            HostError: they may not be read.
        """
        bearing = [comment for comment in self._listed(number) if comment.body.lstrip().startswith(marker)]
        return tuple(comment for comment in self._signed(bearing) if comment.ours) if bearing else ()

    def _listed(self, number: int) -> list[Comment]:
        task = Task(doing=f"reading the comments on pull request {number}", needs=_NEEDS)
        found = self._wire.pages(task, self._at("issues", number, "comments"), parse=_comments)
        return sorted(found, key=lambda comment: comment.id)

    def _signed(self, comments: Sequence[Comment]) -> list[Comment]:
        me = self.login().lower()
        return [each.model_copy(update={"ours": each.login.lower() == me}) for each in comments]


def comment_of(data: Mapping[str, Any]) -> Comment:
    """GitHub's JSON → Comment; whether it is ours is not known yet. An account that was deleted has no login."""
    return Comment(
        id=data["id"],
        login=(data["user"] or {}).get("login", ""),
        body=data.get("body") or "",
        url=data["html_url"],
        created_at=data["created_at"],
        updated_at=data["updated_at"],
        node=data.get("node_id") or "",
    )


def _comments(data: list[Mapping[str, Any]]) -> list[Comment]:
    return [comment_of(each) for each in data]


def _login(data: Mapping[str, Any]) -> str:
    login = data["viewer"]["login"]
    if not isinstance(login, str) or not login:
        raise ValueError
    return login
