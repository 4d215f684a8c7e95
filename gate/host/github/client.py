"""Environment and token → GitHub: everything that may be asked of one repository. It decides nothing."""

import re
from collections.abc import Mapping
from typing import Self

from gate.host.github.commits import Commits
from gate.host.github.people import People
from gate.host.github.performing import Performing
from gate.host.github.pulls import Pulls
from gate.host.github.runs import Runs
from gate.host.github.tempo import Tempo
from gate.model.errors import Problem, UserError
from gate.model.redaction import secrets_of

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")


class GitHub(Pulls, Commits, People, Runs, Performing):
    """One repository on github.com or a GitHub Enterprise Server. Every method may raise HostError.

    `repository` is `owner/name`, `server_url` where its pages are, `calls` how often the API was asked.
    """

    @classmethod
    def connect(cls, environment: Mapping[str, str], *, token: str, tempo: Tempo | None = None) -> Self:
        """The repository of GITHUB_REPOSITORY at GITHUB_API_URL, GITHUB_GRAPHQL_URL and GITHUB_SERVER_URL.

        Asks nothing yet. `tempo` None is what GitHub asks for.

        Raises:
            UserError: no repository is named, an address is none, or the token cannot be one.
        """
        from gate.host.github.wire import Place, Wire  # noqa: PLC0415 - imports PyGithub, a quarter of a second

        place = Place(
            repository=_repository(environment),
            api_url=_address(environment, "GITHUB_API_URL", default="https://api.github.com"),
            graphql_url=_address(environment, "GITHUB_GRAPHQL_URL", default=""),
            server_url=_address(environment, "GITHUB_SERVER_URL", default="https://github.com"),
        )
        secret = _sendable(token)
        return cls(Wire(place, token=secret, tempo=tempo or Tempo(), secrets=secrets_of(environment)))


def _repository(environment: Mapping[str, str]) -> str:
    name = environment.get("GITHUB_REPOSITORY", "").strip()
    if not _REPOSITORY.fullmatch(name) or name.endswith(("/.", "/..")):
        raise UserError(
            Problem(
                message="it names no repository",
                key="GITHUB_REPOSITORY",
                value=name or "nothing",
                fix="inside GitHub Actions it is set; elsewhere set it to owner/name",
            )
        )
    return name


def _address(environment: Mapping[str, str], name: str, *, default: str) -> str:
    value = environment.get(name, "").strip().rstrip("/") or default
    if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        fix = "write it with its scheme, and without credentials: https://github.example.com/api/v3"
        raise UserError(Problem(message="this is no address of a server", key=name, fix=fix))
    return value


def _sendable(token: str) -> str:
    """The token without the line break that a pasted secret often ends with."""
    token = token.strip()
    if not token or not (token.isascii() and token.isprintable()) or " " in token:
        found = "it holds a blank or a character that no token has" if token else "there is none"
        fix = "in a workflow give the action `token: ${{ github.token }}`, which is its default"
        raise UserError(Problem(message=f"{found}, so GitHub cannot be asked", key="token", fix=fix))
    return token
