"""Commits, as GitHub tells them; files and a message → one more of them, on a branch that has not moved."""

import base64
from collections.abc import Mapping
from typing import Any

from gate.host.github.asking import Asking
from gate.host.github.failure import HostError, Task
from gate.host.github.history import ApiHistory
from gate.host.github.pulls import changes_of, file_names
from gate.model.hosting import Commit, CommitComparison, NewCommit, StaleHead

_READ, _WRITE = "contents: read", "contents: write"
_MOST_FILES = 300  # GitHub lists no more of a comparison
_COMMIT = (
    "mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { "
    "oid changedFilesIfAvailable parents(first: 2) { nodes { oid } } } } }"
)


class Commits(Asking):
    """Reading commits, and writing one."""

    def history(self, prefix: str = "") -> ApiHistory:
        """Files at commits, one call each, kept for as long as it lives. `prefix` is the folder of gate.yaml."""
        return ApiHistory(self._wire, prefix=prefix)

    def commit(self, sha: str) -> Commit:
        """One commit.

        Raises:
            HostError: there is no such commit, or it may not be read.
        """
        task = Task(doing=f"reading commit {sha[:12]}", needs=_READ)
        # Its files stand in the answer too: one is the fewest.
        return self._wire.read(task, self._at("commits", sha), parse=_commit, query={"per_page": 1})

    def commits_of(self, path: str, *, at: str, most: int = 30) -> tuple[Commit, ...]:
        """The last commits up to `at` that changed a file or folder, the newest first; at most 100.

        Raises:
            HostError: they may not be read.
        """
        task = Task(doing=f"reading the commits that changed {path}", needs=_READ)
        query = {"sha": at, "path": path, "per_page": most}
        return self._wire.read(task, self._at("commits"), parse=_commits, query=query)

    def merge_base(self, base: str, *, head: str) -> str:
        """The last commit that both stand on.

        Raises:
            HostError: there is none, or they may not be read.
        """
        return self.compare(base, head=head).merge_base

    def compare(self, base: str, *, head: str) -> CommitComparison:
        """What `head` has beyond its merge base with `base`. A head in a fork is written `owner:branch`.

        Raises:
            HostError: the two have nothing in common, or may not be read.
        """
        task = Task(doing=f"comparing {base[:12]} with {head[:12]}", needs=_READ)
        # The files stand on the first page, however few commits are on it.
        path = self._at("compare", f"{base}...{head}")
        return self._wire.read(task, path, parse=_comparison, query={"per_page": 1})

    def commit_on_branch(
        self, branch: str, *, expected_head: str, files: Mapping[str, str], message: str
    ) -> NewCommit | StaleHead:
        """Commit texts of files (path in the repository → text) if the branch still points to `expected_head`.

        Returns the new commit, or StaleHead: the branch has moved, and nothing was written. After a lost answer the
        branch is looked at: a commit on `expected_head` with this message is the one that was asked for.

        Raises:
            HostError: refused, or not known to have happened after three attempts.
        """
        task = Task(doing=f"committing to {branch}", needs=_WRITE)
        variables = {"input": self._commit_input(branch, expected_head, files, message)}
        lost = False
        for last in (False, False, True):
            try:
                return self._wire.graphql(task, _COMMIT, variables=variables, parse=_committed)
            except HostError as error:
                stale = error.kind == "STALE_DATA"
                if stale and not lost:
                    return StaleHead(expected=expected_head)
                if not stale and not error.unsure:
                    raise
                lost = True
                landed = self._landed(branch, expected_head, message)
                if landed is not None:
                    return landed
                if last:
                    raise
        raise AssertionError  # the last attempt returned or raised

    def _commit_input(
        self, branch: str, expected_head: str, files: Mapping[str, str], message: str
    ) -> dict[str, Any]:
        headline, body = _headline_and_body(message)
        additions = [
            {"path": path, "contents": base64.b64encode(text.encode()).decode()}
            for path, text in sorted(files.items())
        ]
        return {
            "branch": {"repositoryNameWithOwner": self.repository, "branchName": branch},
            "expectedHeadOid": expected_head,
            "message": {"headline": headline, "body": body},
            "fileChanges": {"additions": additions},
        }

    def _landed(self, branch: str, expected_head: str, message: str) -> NewCommit | StaleHead | None:
        """After a lost answer: our commit, if it is the branch's tip; StaleHead, if another one is; None: neither."""
        task = Task(doing=f"reading branch {branch}", needs=_READ)
        tip = self._wire.read(task, self._at("branches", branch), parse=lambda data: _commit(data["commit"]))
        if tip.sha == expected_head:
            return None
        mine = _headline_and_body(tip.message) == _headline_and_body(message)
        return (
            NewCommit(sha=tip.sha, parents=tip.parents)
            if mine and tip.parents == (expected_head,)
            else StaleHead(expected=expected_head, found=tip.sha)
        )


def _headline_and_body(message: str) -> tuple[str, str]:
    """The two parts of a commit's message; GitHub puts an empty line between them."""
    headline, _, body = message.strip().partition("\n")
    return headline.strip(), body.strip()


def _commit(data: Mapping[str, Any]) -> Commit:
    return Commit(
        sha=data["sha"],
        parents=tuple(parent["sha"] for parent in data["parents"]),
        message=data["commit"]["message"],
        author=(data["author"] or {}).get("login", ""),
        committer=(data["committer"] or {}).get("login", ""),
        verified=(data["commit"].get("verification") or {}).get("verified") is True,
    )


def _commits(data: list[Mapping[str, Any]]) -> tuple[Commit, ...]:
    return tuple(_commit(each) for each in data)


def _comparison(data: Mapping[str, Any]) -> CommitComparison:
    return CommitComparison(
        merge_base=data["merge_base_commit"]["sha"],
        changes=changes_of(file_names(data["files"]), most=_MOST_FILES),
    )


def _committed(data: Mapping[str, Any]) -> NewCommit:
    made = data["createCommitOnBranch"]["commit"]
    parents = tuple(parent["oid"] for parent in made["parents"]["nodes"])
    return NewCommit(sha=made["oid"], parents=parents, changed=made["changedFilesIfAvailable"])
