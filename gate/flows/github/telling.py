"""Effects → done, each where it belongs: GitHub, the log, the workspace. What cannot be done is told, and decides nothing.

The job's summary is written last, with a line for everything that could not be done.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from gate.host.github.client import GitHub
from gate.host.github.failure import HostError
from gate.host.runner import Runner
from gate.model.effect import (
    STATUS_LIMIT,
    Amendment,
    Annotation,
    CommitStatus,
    Effect,
    JobSummary,
    Reaction,
    ReplyComment,
    StepOutput,
    StickyComment,
    WorkspaceFile,
)
from gate.model.errors import UserError
from gate.model.redaction import redact
from gate.render.escape import prose
from gate.render.problems import problems_text

READ_ONLY = (
    "The token of this run may only read, as always for a pull request from a fork: no status and no comment are written "
    "from here. The verdict is this step's exit code; the publishing workflow (see docs/guide/github.md) tells it."
)


@dataclass(kw_only=True)
class Teller:
    """Performs effects. `github` None: nothing is written there, for the reason in `silent`."""

    runner: Runner
    github: GitHub | None
    secrets: Collection[str] = ()
    silent: str = ""
    troubles: list[str] = field(default_factory=list)

    def tell(self, effects: Iterable[Effect]) -> None:
        """Perform them in their order, but for the summary, which is last. A status that failed is tried once more."""
        summaries, failed = [], []
        for effect in effects:
            if isinstance(effect, JobSummary):
                summaries.append(effect)
            elif not self._done(effect) and isinstance(effect, CommitStatus):
                failed.append(effect)
        for status in failed:
            if self._done(status):
                self.troubles.append(f"The status {status.context} was posted at the second attempt.")
        for summary in summaries:
            self._done(self._with_troubles(summary))

    def _done(self, effect: Effect) -> bool:
        try:
            self._perform(effect)
        except UserError as error:  # a HostError is one, too
            self.trouble(problems_text(error.problems))
            return False
        except Exception as error:  # noqa: BLE001 - whatever breaks while telling, the verdict stands
            self.trouble(f"{type(effect).__name__}: {type(error).__name__}: {error}")
            return False
        return True

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Annotation():
                self.runner.annotate(effect)
            case StepOutput():
                self.runner.output(effect)
            case WorkspaceFile():
                self.runner.write(effect)
            case JobSummary():
                self.runner.summarize(effect)
            case CommitStatus():
                text = redact(effect.description, secrets=self.secrets)
                self._on_github(effect.model_copy(update={"description": text[:STATUS_LIMIT]}))
            case StickyComment() if self._is_late(effect):
                self.trouble(
                    "The comment is left to the run of the newer head that the pull request has by now."
                )
            case StickyComment():
                url = self._on_github(
                    effect.model_copy(update={"body": redact(effect.body, secrets=self.secrets)})
                )
                self.runner.output(StepOutput(name="comment_url", value=url))
            case ReplyComment() | Amendment():
                self._on_github(effect.model_copy(update={"body": redact(effect.body, secrets=self.secrets)}))
            case Reaction():
                self._on_github(effect)

    def _is_late(self, comment: StickyComment) -> bool:
        """Whether a newer head has come since: its run has the word. Where that cannot be asked, no."""
        if self.github is None or not comment.head:
            return False
        try:
            return self.github.pull_request(comment.number).head_sha != comment.head
        except HostError:
            return False

    def _on_github(self, effect: StickyComment | CommitStatus | ReplyComment | Reaction | Amendment) -> str:
        """Do it there; where it is to be seen."""
        if self.github is None:
            self.trouble(self.silent)
            return ""
        return self.github.perform(effect).url

    def trouble(self, text: str) -> None:
        """Tell what could not be done, once: in the log now, in the summary later."""
        text = redact(text, secrets=self.secrets)
        if text and text not in self.troubles:
            self.troubles.append(text)
            self.runner.notice(text)

    def _with_troubles(self, summary: JobSummary) -> JobSummary:
        lines = [f"- {prose(' '.join(text.split()), limit=800)}" for text in self.troubles]
        if not lines:
            return summary
        told = "**What could not be done** (the verdict stands)\n\n" + "\n".join(lines)
        return JobSummary(text=f"{summary.text}\n{told}\n")
