"""FakeGitHub: what a test holds in its hand. It starts the server, orders faults, and tells what departed."""

import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from tests.fakes.github import events
from tests.fakes.github.calls import Call
from tests.fakes.github.desk import OPERATIONS, Desk
from tests.fakes.github.faults import Fault, Hook, HungHook, Order
from tests.fakes.github.repository import Repository
from tests.fakes.github.server import Listener
from tests.fakes.github.state import Level, Token
from tests.fakes.github.urls import API, GRAPHQL, Urls
from tests.fakes.github.world import World


class DepartureError(AssertionError):
    """A request or an answer was not as GitHub's API description says."""


class FakeGitHub:
    """A GitHub on loopback for the length of a `with` block; leaving it raises what departed from the description.

    Its state is in `world`; `journal` holds every call; `limits` are GitHub's and may be lowered.
    """

    def __init__(self) -> None:
        self._listener = Listener()
        root = f"http://127.0.0.1:{self._listener.port}"
        self.world = World(urls=Urls(root=root, port=self._listener.port))
        self._desk = Desk(self.world)
        self.limits = self.world.limits
        self.journal = self._desk.journal
        self.departures = self._desk.departures

    def __enter__(self) -> Self:
        self._listener.start(self._desk.answer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.stop()
        if not self.departures:
            return
        text = "Not as GitHub's API description says:\n" + "\n".join(self.departures)
        if error is None:
            raise DepartureError(text)
        error.add_note(text)

    # --- for the test ------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.world.root

    @property
    def api_url(self) -> str:
        return f"{self.url}{API}"

    def environment(self, token: Token, *, repo: Repository | None = None) -> dict[str, str]:
        """What a job finds in its environment that says where GitHub is, and the token."""
        name = repo.full_name if repo else token.repository or ""
        return {
            "GITHUB_API_URL": self.api_url,
            "GITHUB_GRAPHQL_URL": f"{self.url}{GRAPHQL}",
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_REPOSITORY": name,
            "GITHUB_TOKEN": token.secret,
        }

    def repository(self, full_name: str = "acme/shop", *, private: bool = False) -> Repository:
        return self.world.repository(full_name, private=private)

    def fork(self, repo: Repository, *, owner: str = "mallory") -> Repository:
        return self.world.fork(repo, owner=owner)

    def team(self, organization: str, slug: str, *, members: tuple[str, ...] = ()) -> None:
        """A team of an organization, which its owner thereby is."""
        self.world.team(organization, slug, members=members)

    def job_token(self, repo: Repository, **permissions: Level) -> Token:
        """A job's GITHUB_TOKEN: contents="read", pull_requests="write" and so on; what is not named is "none"."""
        return self.world.job_token(repo, **permissions)

    def app_token(self, repo: Repository, *, login: str, **permissions: Level) -> Token:
        """An installation token of a GitHub App, as gate-app[bot]: as a job's, with a login of its own."""
        return self.world.job_token(repo, login=login, **permissions)

    def person_token(self, login: str) -> Token:
        return self.world.person_token(login)

    def payload(self, event: str, repo: Repository, **about: Any) -> dict[str, Any]:
        """A webhook's payload about what is here, as "pull_request.opened"; `about`: see events.About."""
        return events.payload(event, events.About(world=self.world, repo=repo, **about))

    def job(
        self, event: str, token: Token, *, repo: Repository, folder: Path, **about: Any
    ) -> dict[str, str]:
        """The environment of a job that the event starts, within a run of its own that is in progress.

        The payload and the empty files for the summary and the outputs are written into the folder. The workspace is
        the caller's.
        """
        held = events.About(world=self.world, repo=repo, **about)
        files = {
            "GITHUB_EVENT_PATH": ("event.json", json.dumps(events.payload(event, held))),
            "GITHUB_STEP_SUMMARY": ("summary.md", ""),
            "GITHUB_OUTPUT": ("output", ""),
        }
        for name, text in files.values():
            (folder / name).write_text(text)
        return {
            **self.environment(token, repo=repo),
            **events.environment(event, held),
            **{variable: str(folder / name) for variable, (name, _) in files.items()},
        }

    def fail(
        self,
        with_: Fault,
        *,
        operation: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        when: Callable[[Call], bool] | None = None,
    ) -> Order:
        """Let the nth call (from now, of the operation or of any) fail, and so many after it (None: all)."""
        order = Order(fault=with_, operation=self._known(operation), nth=nth, times=times, when=when)
        self._desk.trouble.orders.append(order)
        return order

    def before(self, operation: str | None, run: Hook, *, times: int | None = 1) -> None:
        """Run something when such a call has come in and nothing has been done yet."""
        self._hang("before", operation, run, times)

    def after(self, operation: str | None, run: Hook, *, times: int | None = 1) -> None:
        """Run something when such a call has been carried out and its answer has not yet been sent."""
        self._hang("after", operation, run, times)

    def _hang(
        self, moment: Literal["before", "after"], operation: str | None, run: Hook, times: int | None
    ) -> None:
        hook = HungHook(run=run, operation=self._known(operation), times=times)
        self._desk.trouble.hooks[moment].append(hook)

    def _known(self, operation: str | None) -> str | None:
        assert operation is None or operation in OPERATIONS or operation.startswith(("graphql/", "blob/")), (
            f"the fake serves no operation {operation}"
        )
        return operation
