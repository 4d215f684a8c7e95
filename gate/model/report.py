"""Report: all that a renderer may use. Document: what a renderer made of it."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.reply import Expense, Failure
from gate.model.verdict import Verdict


class Revision(Noun):
    """What stands on one side. `sha` is a git commit, `dirty` says that the working tree differs from it."""

    label: str
    sha: str | None = None
    dirty: bool = False


class Proposal(Noun):
    """A change of the bar that the head carries and this verdict did not use."""

    text: str
    loosened: bool


class RunSummary(Noun):
    """What a run of one suite took. Seconds, tokens and US dollars; None is unknown, never 0.

    `failures` counts trials by kind of failure; `examples` holds one failure of each kind. Tokens and cost are those of
    the replies; beside them, `judged` is what the calls of judges took, `lost` what answers took that were lost.
    """

    suite: str
    cases: int = 0
    draws: int = 0
    trials: int = 0
    resumed: int = 0
    failed: int = 0
    failures: dict[str, int] = Field(default_factory=dict)
    examples: tuple[Failure, ...] = ()
    duration_s: float = 0
    throughput_per_s: float | None = None
    latency_p50_s: float | None = None
    latency_p95_s: float | None = None
    ttft_p50_s: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    judged: Expense | None = None
    lost: Expense | None = None
    stopped: str | None = None


class Excerpt(Noun):
    """One case for the eyes of a person: texts as they are, hostile until a renderer escapes them."""

    suite: str
    case_id: str
    metric: str
    tags: dict[str, str] = Field(default_factory=dict)
    input: str
    expected: str | None = None
    output: str | None = None
    explanation: str | None = None
    baseline: float | None = None
    head: float | None = None
    place: str | None = None


class Step(Noun):
    """What to do next: a sentence, and where there is one the command that does it, ready to be copied."""

    text: str
    command: str = ""


class Report(Noun):
    """The verdict with everything around it. Every text that leaves the process is rendered from this one value."""

    version: Literal[1] = 1
    tool_version: str
    verdict: Verdict
    head: Revision
    base: Revision
    policy_source: str = ""
    runs: tuple[RunSummary, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    next_steps: tuple[Step, ...] = ()


class Document(Noun):
    """A rendered text with the name of the file it would be."""

    name: str
    media_type: str
    text: str
