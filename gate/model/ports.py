"""The contracts that a target and an evaluator keep, on one page.

A plug-in is a class. Its `Options` (a closed pydantic model) is what stands under `with:` in gate.yaml; it is built
once a suite, asked from one event loop with bounded concurrency, and closed at the end.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.hearing import Deaf, Hearing
from gate.model.pace import Pace, Unpaced
from gate.model.reply import Failure, Reply, Sample
from gate.model.report import Revision
from gate.model.request import LanguageModel as LanguageModel  # noqa: PLC0414 - a part of the port
from gate.model.request import ModelRequest as ModelRequest  # noqa: PLC0414 - a part of the port
from gate.model.request import shown_request as shown_request  # noqa: PLC0414 - a part of the port
from gate.model.score import Metric, Score
from gate.model.shown import Shown


class ScoringError(Exception):
    """Raised by an evaluator that knows why it has no score; `kind` is the word it is counted under (see Failure).

    Any other exception out of an evaluator is a failure too, of kind `exception`.
    """

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class NoOptions(Noun):
    """The options of a plug-in that takes none."""


class UserFunction(Protocol):
    """A function out of the user's repository or an installed package, callable from the event loop in one way.

    `parameters` are the names it takes by keyword (`**` among them where it takes any), `required` those of them
    that have no default, `file` its source file relative to the root, or None where it lies outside.
    """

    @property
    def parameters(self) -> frozenset[str]: ...  # noqa: D102 - said above

    @property
    def required(self) -> frozenset[str]: ...  # noqa: D102 - said above

    @property
    def file(self) -> str | None: ...  # noqa: D102 - said above

    async def __call__(self, **arguments: Any) -> Any:
        """Call it: an `async def` on the loop, a plain `def` in a worker thread."""
        ...


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where a plug-in works: `root` is the folder of gate.yaml, against which every path is read.

    `timeout_s` is the hard limit of one trial, in seconds. `llm` opens the door to the model on first use. `load`
    finds a user's function by `path/to/file.py:name` or `package.module:name`, and raises UserError where it can't.
    `pace` gives the pace of calls to a provider, by the name that a person knows it by (its host): one for all callers.
    `hearing` hands the place of a trial in its trace to the application, and hears of the spans that it tells itself.
    """

    root: Path
    suite: str
    timeout_s: float
    concurrency: int
    llm: Callable[[], LanguageModel]
    load: Callable[[str], UserFunction]
    pace: Callable[[str], Pace] = field(default=lambda _: Unpaced())
    hearing: Hearing = field(default_factory=Deaf)


class Target(ABC):
    """Case → Reply: the application under test.

    `version` is part of the fingerprint: raise it when the same options come to mean something else.
    """

    Options: ClassVar[type[Noun]] = NoOptions
    version: ClassVar[str] = "1"
    whole: ClassVar[bool] = False
    """Whether options and `files` are all that its answers depend on. If not, `depends_on` has to say the rest."""

    def __init__(self, options: Any, setting: Setting) -> None:
        self.options = options
        self.setting = setting

    def files(self) -> Sequence[str]:
        """Paths relative to the root that this target is known to depend on, without being told."""
        return ()

    def request(self, case: Case) -> ModelRequest | None:  # noqa: ARG002 - most targets are more than one question
        """The one question to a language model that a call comes to, where it is nothing else: for an estimate."""
        return None

    def shown(self, case: Case) -> Shown:
        """What a call sends, exactly, for a person who replays it; no secret. Nothing is asked."""
        request = self.request(case)
        if request is not None:
            return shown_request(request)
        parts = case.model_dump(
            mode="json", include={"id", "input", "context", "tags"}, exclude_defaults=True
        )
        return Shown(what="the case, as the target is given it", parts=parts)

    def models(self) -> Sequence[str]:
        """The language models that it is known to ask: one that is about to end is told before a run."""
        return ()

    def check(self, case: Case) -> None:  # noqa: B027 - most targets can ask any case
        """Refuse, before anything is called or paid, a case that cannot be asked.

        Raises:
            UserError: naming the case, the place and the fix.
        """

    def open(self) -> None:  # noqa: B027 - most targets need nothing more
        """Get ready, once, before the first draw. What only a run needs (a key) is refused here, not case by case.

        Raises:
            UserError: it is not there; with the fix.
        """

    @abstractmethod
    async def ask(self, case: Case) -> Reply | Failure:
        """One fresh draw. A cancelled call (the timeout) must leave nothing running behind.

        It may look at a case's id, input, context and tags, and at nothing else: what is expected may be corrected
        later, and replies that are kept are scored by it anew.
        """

    async def draw(self, case: Case, *, index: int) -> Reply | Failure:  # noqa: ARG002 - only a replay looks at it
        """The draw with that index, counted from 0. The same as `ask`, except where recorded draws are played back."""
        return await self.ask(case)

    async def aclose(self) -> None:  # noqa: B027 - most targets hold nothing
        """Let go of connections and processes."""


class Evaluator(ABC):
    """Sample → Scores: one instrument. `name` is what gate.yaml calls it, and its metric's name unless it has several.

    `version` is part of the fingerprint: raise it when the same options come to mean another number. `instant` says that
    `score` waits for nothing and looks only at its sample, so that it needs no time limit.
    """

    Options: ClassVar[type[Noun]] = NoOptions
    version: ClassVar[str] = "1"
    instant: ClassVar[bool] = False

    def __init__(self, name: str, options: Any, setting: Setting) -> None:
        self.name = name
        self.options = options
        self.setting = setting

    @property
    def whole(self) -> bool:
        """Whether options and `files` are all that its numbers depend on; if not, a later run scores anew."""
        return True

    def files(self) -> Sequence[str]:
        """Paths relative to the root whose content decides the number (a function's file, a schema)."""
        return ()

    def models(self) -> Sequence[str]:
        """The language models that it is known to ask: one that is about to end is told before a run."""
        return ()

    @property
    def calls(self) -> int:
        """The most calls of language models that one scoring makes: for an estimate."""
        return 0

    @property
    def calls_ahead(self) -> int:
        """The most calls of language models that are made once, before the first scoring: for an estimate."""
        return 0

    @property
    def limit_s(self) -> float:
        """The hard limit of one scoring, in seconds: that of a trial, and more for one that asks several times."""
        return self.setting.timeout_s

    @property
    @abstractmethod
    def metrics(self) -> Sequence[Metric]:
        """The metrics that are known before anything ran."""

    def describe(self, metric: str) -> Metric | None:
        """The meaning of a metric that a score named, also where it was not known beforehand; None: not mine."""
        return next((known for known in self.metrics if known.name == metric), None)

    def check(self, case: Case) -> None:  # noqa: B027 - most evaluators can score any case
        """Refuse, before anything is called or paid, a case that cannot be scored.

        Raises:
            UserError: naming the case, the place and the fix.
        """

    def shown(self, sample: Sample) -> Sequence[Shown]:  # noqa: ARG002 - most evaluators ask nobody
        """What one scoring asks of language models, exactly, for a person who replays it. Nothing is asked."""
        return ()

    def open(self) -> None:  # noqa: B027 - most evaluators need nothing more
        """Get ready, once, before the first draw. What only a run needs (a key) is refused here, not case by case.

        Raises:
            UserError: it is not there; with the fix.
        """

    @abstractmethod
    async def score(self, sample: Sample) -> Sequence[Score]:
        """Score one sample. What it cannot tell is an abstention with a reason; what breaks is an exception."""

    async def aclose(self) -> None:  # noqa: B027 - most evaluators hold nothing
        """Let go of connections and processes."""


class History(Protocol):
    """Where commits are read from: git on this machine, or a host's API. Paths are relative to the folder of gate.yaml."""

    def resolve(self, ref: str) -> Revision:
        """A branch, tag or sha → the commit it names.

        Raises:
            UserError: nothing of that name can be found.
        """
        ...

    def read_at(self, sha: str, path: str) -> str | None:
        """The text of a file at a commit; None where it does not exist there.

        Raises:
            UserError: it is not a UTF-8 file.
        """
        ...
