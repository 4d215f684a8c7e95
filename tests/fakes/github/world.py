"""All that one fake GitHub holds, and how its parts are shown. It never speaks HTTP."""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from tests.fakes.github import answers
from tests.fakes.github.calls import missing
from tests.fakes.github.git import Change, changes
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import BOT, Artifact, Clock, Comment, Issue, Level, Person, Run, Status, Token
from tests.fakes.github.urls import Urls

Json = dict[str, Any]


@dataclass(kw_only=True)
class Limits:
    """GitHub's own limits. A test may lower one, to meet it without thousands of files."""

    comment: int = 65_536
    description: int = 140
    pull_files: int = 3_000
    pull_commits: int = 250
    compare_files: int = 300
    folder: int = 1_000
    tree: int = 100_000
    content_with_body: int = 1_000_000
    """The contents API answers larger files without their content (encoding "none")."""
    content: int = 100_000_000
    statuses: int = 1_000


@dataclass(kw_only=True)
class World:
    """The state behind the server."""

    urls: Urls
    clock: Clock = field(default_factory=Clock)
    limits: Limits = field(default_factory=Limits)
    repositories: dict[str, Repository] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, dict[str, Literal["active", "pending"]]] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return self.urls.root

    # --- who and where -----------------------------------------------------------------------------------------------

    def person(self, login: str, *, kind: Literal["User", "Bot", "Organization"] = "User") -> Person:
        """Whoever bears the login; made known if nobody does yet."""
        if login not in self.people:
            bot = "Bot" if login.endswith("[bot]") else kind
            number = 41_898_282 if login == BOT else self.clock.id()
            self.people[login] = Person(login=login, id=number, kind=bot)
        return self.people[login]

    def repository(self, full_name: str, *, private: bool = False) -> Repository:
        """The repository; made, with an empty first commit on `main`, if there is none."""
        if full_name not in self.repositories:
            owner, name = full_name.split("/")
            made = Repository(owner=owner, name=name, id=self.clock.id(), clock=self.clock, private=private)
            self.person(owner)
            made.commit("main", {"README.md": f"# {name}\n"})
            self.repositories[full_name] = made
        return self.repositories[full_name]

    def fork(self, repo: Repository, *, owner: str) -> Repository:
        """A fork with the same branches; it shares the commits."""
        made = Repository(
            owner=owner, name=repo.name, id=self.clock.id(), clock=self.clock, commits=repo.commits,
            branches=dict(repo.branches), default_branch=repo.default_branch, parent=repo,
        )  # fmt: skip
        self.person(owner)
        self.repositories[made.full_name] = made
        return made

    def team(self, organization: str, slug: str, *, members: tuple[str, ...] = ()) -> None:
        self.person(organization, kind="Organization").kind = "Organization"
        self.teams[f"{organization}/{slug}"] = dict.fromkeys(members, "active")

    def job_token(self, repo: Repository, *, login: str = BOT, **permissions: Level) -> Token:
        named = {name.replace("_", "-"): level for name, level in permissions.items()}
        return self._token(login, repository=repo.full_name, permissions=named)

    def person_token(self, login: str) -> Token:
        return self._token(login, limit=5000)

    def _token(self, login: str, **more: Any) -> Token:
        self.person(login)
        made = Token(secret=f"ghs_fake{self.clock.id():06d}", login=login, **more)
        self.tokens[made.secret] = made
        return made

    # --- how things are shown ----------------------------------------------------------------------------------------

    def show_user(self, login: str) -> Json:
        return answers.user(self.person(login), urls=self.urls)

    def show_repository(self, repo: Repository) -> Json:
        return answers.repository(repo, owner=self.person(repo.owner), urls=self.urls)

    def show_comment(self, repo: Repository, comment: Comment) -> Json:
        return answers.comment(comment, repo=repo, author=self.person(comment.author), urls=self.urls)

    def show_issue(self, repo: Repository, issue: Issue) -> Json:
        count = len(repo.comments_on(issue.number))
        return answers.issue(
            issue, repo=repo, author=self.person(issue.author), comments=count, urls=self.urls
        )

    def show_pull_simple(self, pull: Pull) -> Json:
        def side(repo: Repository, ref: str, sha: str) -> Json:
            if repo.deleted:
                return {**self._gone, "ref": ref, "sha": sha}
            return answers.side(repo, ref=ref, sha=sha, owner=self.person(repo.owner), urls=self.urls)

        sides = (
            side(pull.repository, pull.base_ref, pull.base_sha),
            side(pull.head_repository, pull.head_ref, pull.head_sha),
        )
        return answers.pull_simple(pull, author=self.person(pull.author), sides=sides, urls=self.urls)

    _gone: ClassVar[Json] = {"label": "unknown:repository", "repo": None, "user": None}
    """What GitHub shows of the side of a pull request whose repository was deleted."""

    def show_pull(self, pull: Pull) -> Json:
        return answers.pull_whole(
            pull,
            simple=self.show_pull_simple(pull),
            commits=len(self.pull_commits(pull)),
            changed=self.pull_changes(pull),
        )

    def show_commit(self, repo: Repository, sha: str) -> Json:
        held = repo.commits[sha]
        return answers.commit(held, repo=repo, author=self.person(held.author), urls=self.urls)

    def show_status(self, repo: Repository, status: Status) -> Json:
        return answers.status(status, repo=repo, creator=self.person(status.author), urls=self.urls)

    def show_run(self, repo: Repository, run: Run) -> Json:
        sides = (self.show_repository(repo), self.show_repository(self.repositories[run.head_repository]))
        return answers.workflow_run(
            run, sides=sides, actor=self.show_user(run.actor), repo=repo, urls=self.urls
        )

    def show_artifact(self, repo: Repository, artifact: Artifact) -> Json:
        run = repo.runs[artifact.run]
        head = self.repositories[run.head_repository]
        return answers.artifact(artifact, run=run, head=head, repo=repo, urls=self.urls)

    # --- what a pull request holds -----------------------------------------------------------------------------------

    def pull_changes(self, pull: Pull) -> list[Change]:
        """From the fork point to the head, as GitHub compares (three dots)."""
        commits = pull.repository.commits
        start = pull.repository.commits[pull.fork_point]
        return changes(start.files, commits[pull.head_sha].files)

    def pull_commits(self, pull: Pull) -> list[str]:
        """Oldest first."""
        standing = set(pull.repository.history(pull.base_tip))
        return [sha for sha in reversed(pull.repository.history(pull.head_sha)) if sha not in standing]

    def find_repository(self, owner: str, name: str) -> Repository:
        found = self.repositories.get(f"{owner}/{name}")
        if found is None or found.deleted:
            raise missing()
        return found
