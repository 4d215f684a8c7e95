"""Desk: what every walk of the action has before it: the event, the inputs, the repository, and who tells the outcome."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from gate.flows.github.pages import exit_code_of, pages_of_failure
from gate.flows.github.telling import READ_ONLY, Teller
from gate.host.event import Check, Event
from gate.host.github.client import GitHub
from gate.host.inputs import Inputs
from gate.host.local import WorkingTree
from gate.host.plan import Site, of_failure, pending
from gate.host.process import undisturbed
from gate.host.runner import Runner
from gate.model.effect import Effect
from gate.model.errors import UserError
from gate.model.ports import History
from gate.render.steps import Invocation


@dataclass(frozen=True, kw_only=True)
class Desk:
    """`wrong` is what the inputs have wrong; it ends every walk that would judge something."""

    environment: Mapping[str, str]
    event: Event
    inputs: Inputs
    runner: Runner
    github: GitHub
    secrets: frozenset[str]
    wrong: UserError | None = None

    @property
    def folder(self) -> str:
        """The folder of the config in the repository, with a slash at its end, or empty."""
        folder, slash, _ = self.inputs.config.rpartition("/")
        return folder + slash

    @property
    def config(self) -> str:
        """The name of the config in its folder."""
        return self.inputs.config.rpartition("/")[2]

    @property
    def tree(self) -> WorkingTree:
        """The folder of the config in the workspace."""
        return WorkingTree(root=self.runner.workspace / self.folder)

    @cached_property
    def history(self) -> History:
        """The commits of the repository, by the API; paths are relative to the folder of the config."""
        return self.github.history(self.folder)

    def read_head(self, path: str) -> str | None:
        """The text of a file of the workspace; None also where it is no text, of which the run itself will speak."""
        try:
            return self.tree.read(path)
        except UserError:
            return None

    def refuse_wrong_inputs(self) -> None:
        """End here where an input is wrong.

        Raises:
            UserError: with everything that is wrong.
        """
        if self.wrong is not None:
            raise self.wrong

    def asked(self, check: Check) -> Invocation:
        """What a person in a checkout of the repository types to do the same."""
        return Invocation(config=self.inputs.config, base=check.base_sha)

    def site(self, check: Check, *, trusted: bool = True) -> Site:
        """Where the verdict on a check is told."""
        return Site(
            check=check,
            name=self.inputs.status,
            mode=self.inputs.comment,
            run_url=self.event.run_url,
            trusted=trusted,
        )

    def teller(self, check: Check) -> Teller:
        """Who tells it: where the token may only read, nothing is tried on GitHub."""
        github = self.github if check.may_write else None
        return Teller(runner=self.runner, github=github, secrets=self.secrets, silent=READ_ONLY)


@dataclass(kw_only=True)
class Conclusion:
    """How a check will end. `site` is brought up to date once it is known what is compared with what."""

    site: Site
    teller: Teller
    exit_code: int = 70

    def reach(self, effects: Sequence[Effect], *, exit_code: int) -> None:
        """Tell the verdict; a signal that comes now changes nothing any more."""
        with undisturbed():
            self.teller.tell(effects)
        self.exit_code = exit_code


@contextmanager
def concluding(desk: Desk, site: Site) -> Iterator[Conclusion]:
    """Post the status as pending, and conclude it however the block ends.

    Raises:
        BaseException: whatever the block raised, once it has been told.
    """
    conclusion = Conclusion(site=site, teller=desk.teller(site.check))
    try:
        desk.refuse_wrong_inputs()
        conclusion.teller.tell([pending(site)])
        yield conclusion
    except BaseException as error:
        with undisturbed():
            pages = pages_of_failure(error, site=conclusion.site, folder=desk.folder, secrets=desk.secrets)
            code = exit_code_of(error)
            conclusion.teller.tell(of_failure(code, pages=pages, site=conclusion.site))
        raise
