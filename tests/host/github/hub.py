"""A client at the fake GitHub's door, with waits that take no time and are written down."""

from dataclasses import dataclass, field

from gate.host.github import GitHub, Tempo
from tests.fakes.github import FakeGitHub, Pull, Repository, Token

MARKER = "<!-- gate v1 suites=support -->"
ALL = {"contents": "write", "pull_requests": "write", "statuses": "write", "actions": "write"}


@dataclass(kw_only=True)
class Hub:
    """The fake, one repository with one pull request, and the waits that a client asked for."""

    fake: FakeGitHub
    repo: Repository
    pull: Pull
    waits: list[float] = field(default_factory=list)

    def client(self, token: Token | None = None, **tempo: float) -> GitHub:
        token = token or self.token()
        environment = self.fake.environment(token, repo=self.repo)
        fast = {"between_requests_s": 0, "between_writes_s": 0, **tempo}
        patient = Tempo(sleep=self.waits.append, **fast)  # type: ignore[arg-type]
        return GitHub.connect(environment, token=token.secret, tempo=patient)

    def token(self, **permissions: str) -> Token:
        return self.fake.job_token(self.repo, **(permissions or ALL))  # type: ignore[arg-type]

    @property
    def asked(self) -> list[str]:
        return self.fake.journal.operations


def hub(fake: FakeGitHub) -> Hub:
    repo = fake.repository("acme/shop")
    repo.commit("main", {"gate.yaml": "version: 1\n"})
    repo.commit("topic", {"prompts/a.txt": "hello\n"})
    return Hub(fake=fake, repo=repo, pull=repo.pull("topic"))
