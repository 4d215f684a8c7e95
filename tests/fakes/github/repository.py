"""Repositories and their pull requests: what pushes, merges, comments and runs make of them. It never speaks HTTP."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.github.git import Commit, Files, ancestors, as_bytes, merge, merge_base, without
from tests.fakes.github.state import (
    BOT,
    ROLES,
    Artifact,
    CheckRun,
    Clock,
    Comment,
    Issue,
    Reaction,
    Role,
    Run,
    Status,
    zipped,
)


@dataclass(kw_only=True)
class Pull(Issue):
    """A pull request. Its head moves with its branch for as long as it is open."""

    repository: "Repository"
    head_repository: "Repository"
    head_ref: str
    base_ref: str
    draft: bool = False
    merged: bool = False
    merged_sha: str | None = None
    frozen_head: str | None = None
    frozen_base: str | None = None
    base_sha: str
    """The base branch's tip when the head was last pushed. GitHub doesn't move it when the base branch moves on."""

    @property
    def head_sha(self) -> str:
        return self.frozen_head or self.head_repository.branches[self.head_ref]

    @property
    def base_tip(self) -> str:
        """Where the base branch is now, or was when this was merged."""
        return self.frozen_base or self.repository.branches[self.base_ref]

    @property
    def is_fork(self) -> bool:
        return self.head_repository is not self.repository

    @property
    def fork_point(self) -> str:
        found = merge_base(self.repository.commits, one=self.head_sha, other=self.base_tip)
        return found or self.base_tip

    def test_merge(self) -> Commit | None:
        """What `refs/pull/N/merge` holds and a pull_request run has as GITHUB_SHA; None while there is a conflict."""
        commits = self.repository.commits
        files = merge(
            base=commits[self.fork_point].files,
            ours=commits[self.base_tip].files,
            theirs=commits[self.head_sha].files,
        )
        if files is None:
            return None
        made = Commit(
            files=files,
            parents=(self.base_tip, self.head_sha),
            message=f"Merge {self.head_sha} into {self.base_tip}",
            author=self.author,
            second=self.created,
        )
        commits[made.sha] = made
        return made

    def close(self) -> None:
        self.frozen_head, self.state = self.head_sha, "closed"

    def reopen(self) -> None:
        self.frozen_head, self.state = None, "open"

    def merge(self) -> str:
        """Merge it; the base branch's new sha."""
        made = self.test_merge()
        assert made is not None, "there is a conflict"
        self.close()
        self.frozen_base = self.base_tip
        self.merged, self.merged_sha = True, made.sha
        self.repository.branches[self.base_ref] = made.sha
        return made.sha


@dataclass(kw_only=True)
class Repository:
    """A repository; forks share its commits, as on GitHub."""

    owner: str
    name: str
    id: int
    clock: Clock
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    default_branch: str = "main"
    private: bool = False
    parent: "Repository | None" = None
    deleted: bool = False
    collaborators: dict[str, Role] = field(default_factory=dict)
    role_names: dict[str, str] = field(default_factory=dict)
    """Login → the name of an organization's own role, which stands on one of the five."""
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reactions: list[Reaction] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)
    dispatches: list[dict[str, Any]] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def head(self) -> str:
        return self.branches[self.default_branch]

    def role(self, login: str) -> Role:
        return "admin" if login == self.owner else self.collaborators.get(login, "none")

    def may(self, login: str, role: Role) -> bool:
        return ROLES.index(self.role(login)) >= ROLES.index(role)

    # --- git ---------------------------------------------------------------------------------------------------------

    def commit(
        self,
        branch: str,
        files: Mapping[str, str | bytes] | None = None,
        *,
        delete: Iterable[str] = (),
        start: str | None = None,
        author: str | None = None,
    ) -> str:
        """Push one commit; the branch is made from `start` (a branch; default: the default one) if there is none."""
        if branch not in self.branches and self.branches:
            self.branches[branch] = self.branches[start or self.default_branch]
        parent = self.branches.get(branch)
        before: Files = self.commits[parent].files if parent else {}
        after = {**without(before, paths=delete), **as_bytes(files or {})}
        message = f"Change {', '.join(sorted([*(files or {}), *delete])[:3]) or 'nothing'}"
        return self.push(branch, after, message=message, author=author or self.owner)

    def push(self, branch: str, files: Files, *, message: str, author: str, verified: bool = False) -> str:
        """Put a commit that holds exactly these files on the branch."""
        parent = self.branches.get(branch)
        made = Commit(
            files=files,
            parents=(parent,) if parent else (),
            message=message,
            author=author,
            second=self.clock.tick(),
            verified=verified,
        )
        self.commits[made.sha] = made
        self.branches[branch] = made.sha
        for repo in (self, self.parent):
            for pull in repo.pulls() if repo else ():
                if pull.head_repository is self and pull.head_ref == branch and pull.state == "open":
                    pull.base_sha = pull.base_tip
        return made.sha

    def files_at(self, branch_or_sha: str) -> Files:
        sha = self.find(branch_or_sha)
        assert sha is not None, f"{self.full_name} has no {branch_or_sha}"
        return self.commits[sha].files

    def find(self, name: str) -> str | None:
        """The commit that a branch, a full or shortened sha, or a `refs/…` means."""
        name = name.removeprefix("refs/")
        if name in ("", "HEAD"):
            return self.head
        if name.removeprefix("heads/") in self.branches:
            return self.branches[name.removeprefix("heads/")]
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "pull" and parts[1].isdecimal():
            return self._pull_ref(int(parts[1]), side=parts[2])
        if name in self.commits:
            return name
        long = [sha for sha in self.commits if sha.startswith(name)] if len(name) >= 4 else []
        return long[0] if len(long) == 1 else None

    def _pull_ref(self, number: int, *, side: str) -> str | None:
        pull = self.issues.get(number)
        if not isinstance(pull, Pull):
            return None
        if side == "head":
            return pull.head_sha
        made = pull.test_merge()
        return made.sha if made and side == "merge" else None

    def history(self, sha: str) -> list[str]:
        return list(ancestors(self.commits, of=sha))

    def queue(self, pull: Pull) -> str:
        """Put a pull request into the merge queue: the branch that `merge_group` runs on; it returns its name."""
        made = pull.test_merge()
        assert made is not None, "there is a conflict"
        branch = f"gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{pull.base_tip}"
        self.branches[branch] = made.sha
        return branch

    # --- conversations -----------------------------------------------------------------------------------------------

    def pull(
        self,
        head: str,
        *,
        author: str = "alice",
        base: str | None = None,
        draft: bool = False,
        fork: "Repository | None" = None,
    ) -> Pull:
        """Open a pull request from a branch of this repository, or of the fork."""
        number = len(self.issues) + 1
        source = fork or self
        assert head in source.branches, f"{source.full_name} has no branch {head}"
        made = Pull(
            number=number, id=self.clock.id(), title=f"Pull request {number}", author=author,
            created=self.clock.tick(), repository=self, head_repository=source, head_ref=head,
            base_ref=base or self.default_branch, draft=draft,
            base_sha=self.branches[base or self.default_branch],
        )  # fmt: skip
        self.issues[number] = made
        return made

    def issue(self, *, author: str = "alice", title: str = "A question") -> Issue:
        number = len(self.issues) + 1
        made = Issue(number=number, id=self.clock.id(), title=title, author=author, created=self.clock.tick())
        self.issues[number] = made
        return made

    def pulls(self) -> Iterator[Pull]:
        yield from (issue for issue in self.issues.values() if isinstance(issue, Pull))

    def comment(self, number: int, body: str, *, author: str = "alice") -> Comment:
        now = self.clock.tick()
        made = Comment(id=self.clock.id(), author=author, body=body, number=number, created=now, updated=now)
        self.comments[made.id] = made
        return made

    def comments_on(self, number: int) -> list[Comment]:
        return [comment for comment in self.comments.values() if comment.number == number]

    def react(self, comment: int, content: str, *, author: str) -> Reaction:
        made = Reaction(
            id=self.clock.id(), comment=comment, author=author, content=content, created=self.clock.tick()
        )
        self.reactions.append(made)
        return made

    # --- what runs say -----------------------------------------------------------------------------------------------

    def status(
        self, sha: str, state: str, *, context: str = "default", author: str = BOT, **more: Any
    ) -> Status:
        made = Status(
            id=self.clock.id(), sha=sha, state=state, context=context, author=author,
            created=self.clock.tick(), **more,
        )  # fmt: skip
        self.statuses.append(made)
        return made

    def statuses_of(self, sha: str, *, context: str | None = None) -> list[Status]:
        """Newest first."""
        mine = [s for s in self.statuses if s.sha == sha and context in (None, s.context)]
        return list(reversed(mine))

    def run(
        self,
        pull: Pull | None = None,
        *,
        workflow: str = ".github/workflows/gate.yml",
        event: str | None = None,
        branch: str | None = None,
        actor: str = "alice",
    ) -> Run:
        """A finished run for a pull request's head as it is now, or for a branch."""
        source = pull.head_repository if pull else self
        ref = pull.head_ref if pull else branch or self.default_branch
        made = Run(
            id=self.clock.id(), workflow=workflow, event=event or ("pull_request" if pull else "push"),
            head_sha=pull.head_sha if pull else self.branches[ref], head_branch=ref,
            head_repository=source.full_name, actor=actor, started=self.clock.tick(),
            # GitHub leaves this empty for a pull request from a fork.
            pulls=(pull.number,) if pull and not pull.is_fork else (),
        )  # fmt: skip
        self.runs[made.id] = made
        return made

    def artifact(self, run: Run, name: str, files: Mapping[str, str | bytes] | bytes) -> Artifact:
        """Upload an artifact in the run's name; `files` may be the zip's own bytes, corrupt ones too."""
        content = files if isinstance(files, bytes) else zipped(as_bytes(files))
        made = Artifact(id=self.clock.id(), name=name, run=run.id, content=content, created=self.clock.tick())
        self.artifacts[made.id] = made
        return made
