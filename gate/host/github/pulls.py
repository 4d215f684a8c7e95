"""Pull requests and what they change, as GitHub tells them. It never guesses: what is cut off is said to be so."""

from collections.abc import Mapping
from typing import Any

from gate.host.github.asking import Asking
from gate.host.github.failure import Task
from gate.model.change import Changes, PullRequest

_NEEDS = "pull-requests: read"
_MOST_FILES = 3_000  # GitHub lists no more of a pull request


class Pulls(Asking):
    """Reading pull requests."""

    def pull_request(self, number: int) -> PullRequest:
        """A pull request as it is now.

        Raises:
            HostError: there is none of that number, or it may not be read.
        """
        task = Task(doing=f"reading pull request {number}", needs=_NEEDS)
        return self._wire.read(task, self._at("pulls", number), parse=pull_request)

    def pull_request_of(self, sha: str, *, head: str = "", own: bool = False) -> PullRequest | None:
        """The pull request whose head is that commit: an open one before others, then the newest; None where none is.

        With `own` those of forks do not count: a stranger can open one of any commit, against any base. `head` is
        `owner:branch` of the head. A fork's needs it, since GitHub knows a commit of a fork by its branch only.

        Raises:
            HostError: it may not be read.
        """
        task = Task(doing=f"finding the pull request of {sha[:12]}", needs=_NEEDS)
        if head:
            query = {"state": "all", "head": head}
            found = self._wire.pages(task, self._at("pulls"), parse=_pull_requests, query=query)
        else:
            found = self._wire.pages(task, self._at("commits", sha, "pulls"), parse=_pull_requests)
        mine = [(pull, base) for pull, base in found if pull.head_sha == sha and base == self.repository]
        mine = [item for item in mine if not (own and item[0].fork)]
        mine.sort(key=lambda item: (item[0].state == "open", item[0].number))
        return mine[-1][0] if mine else None

    def changes(self, number: int) -> Changes:
        """The files that a pull request touches.

        Raises:
            HostError: they may not be read.
        """
        task = Task(doing=f"reading the files of pull request {number}", needs=_NEEDS)
        listed = self._wire.pages(task, self._at("pulls", number, "files"), parse=file_names)
        return changes_of(listed, most=_MOST_FILES)


def pull_request(data: Mapping[str, Any]) -> PullRequest:
    """GitHub's JSON, of one or of an entry in a list → PullRequest."""
    head, base = data["head"], data["base"]
    head_repository = (head["repo"] or {}).get("full_name", "")
    return PullRequest(
        number=data["number"],
        state="merged" if data.get("merged_at") else data["state"],
        head_sha=head["sha"],
        head_ref=head["ref"],
        head_repository=head_repository,
        base_sha=base["sha"],
        base_ref=base["ref"],
        fork=head_repository.lower() != base["repo"]["full_name"].lower(),
        author=(data.get("user") or {}).get("login", ""),
    )


def file_names(data: list[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """GitHub's JSON of files → the names of each: two of a renamed one."""
    return [
        tuple(name for name in (file["filename"], file.get("previous_filename")) if name) for file in data
    ]


def changes_of(files: list[tuple[str, ...]], *, most: int) -> Changes:
    """The names of each file → Changes; where GitHub's limit is reached, there may be more."""
    paths = sorted({name for names in files for name in names})
    return Changes(paths=tuple(paths), complete=len(files) < most)


def _pull_requests(data: list[Mapping[str, Any]]) -> list[tuple[PullRequest, str]]:
    return [(pull_request(each), each["base"]["repo"]["full_name"]) for each in data]
