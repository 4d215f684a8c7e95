"""Verdict → what to do next: one step for each suite and way out, the gravest first, commands ready to be copied."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.report import Step
from gate.model.verdict import Finding, Kind, MetricDiff, Verdict
from gate.render.figures import figures
from gate.render.sentences import by_place, diff_of, needed

MOST_STEPS = 8
# There is nothing in such a run that could become a baseline.
_BROKEN_RUN = {"stopped", "all_failed", "too_many_errors", "no_cases"}
_NO_ACCEPT = {"removed_suite"}  # there is nothing any more that could be run
_FELL = {"regressed", "slice_regressed"}  # since the baseline; other findings are of today's values alone
_NO_BASELINE = {"no_baseline", "wrong_baseline", "empty_baseline"}


_SHA, _SHA_SHOWN = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}"), 12


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """How the verb was asked, as far as the commands that come next must say the same.

    Paths are written as a person in the current folder writes them. `config` is that of `-c`, empty: gate.yaml here;
    `base` and `baseline` are what the results were held against, both empty: the working tree. `results` are, by suite, the
    results files as `--current` takes them; none where none was kept.
    """

    config: str = ""
    base: str = ""
    baseline: str = ""
    results: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def command(self, verb: str, *words: str) -> str:
        """The command line of a verb in this config, quoted for a shell."""
        config = ["-c", self.config] if self.config not in {"", "gate.yaml"} else []
        return shlex.join(["gate", verb, *words, *config])

    def held_against(self) -> list[str]:
        """The options that name the base again."""
        base = self.base[:_SHA_SHOWN] if _SHA.fullmatch(self.base) else self.base
        return [
            *(["--base", base] if base else []),
            *(["--baseline", self.baseline] if self.baseline else []),
        ]


ALONE = Invocation()


def next_steps(verdict: Verdict, *, asked: Invocation = ALONE) -> tuple[Step, ...]:
    """At most eight, each said once."""
    steps = dict.fromkeys(_steps(verdict, asked))
    return tuple(Step(text=text, command=command) for text, command in list(steps)[:MOST_STEPS])


def _steps(verdict: Verdict, asked: Invocation) -> Iterator[tuple[str, str]]:
    broken = {finding.suite for finding in verdict.findings if finding.code in _BROKEN_RUN}
    some = [finding for finding in verdict.findings if finding.kind is not Kind.PASS]
    diffs = by_place(verdict)
    sought: set[str] = set()
    some.sort(key=lambda each: (not each.blocking, -each.kind.severity))
    fell = [each.suite for each in some if is_drop(each) and each.suite and each.suite not in broken]
    for finding in some:
        suite = finding.suite
        if finding.code in _NO_BASELINE:
            if suite not in broken:
                yield (
                    f"Take fresh draws as the baseline of {suite}, look at the file, and commit it",
                    asked.command("accept", suite) if suite else "",
                )
        elif finding.kind in {Kind.REGRESSED, Kind.NOT_COMPARABLE} and finding.code not in _NO_ACCEPT:
            if suite and suite not in broken:
                if is_drop(finding) and suite not in sought:
                    yield from () if sought else _to_look(fell, asked)
                    yield _to_find(finding, asked)
                    sought.add(suite)
                yield _if_wanted(finding), asked.command("accept", suite)
        elif finding.kind is Kind.INCONCLUSIVE:
            yield (
                _to_tell(finding, diff_of(finding, diffs)),
                asked.command("power", suite) if suite else "",
            )
        elif finding.action:
            yield finding.action[:1].upper() + finding.action[1:], ""


def is_drop(finding: Finding) -> bool:
    """Whether a metric fell since the baseline."""
    return finding.code in _FELL and finding.metric is not None


def _to_look(fell: Sequence[str], asked: Invocation) -> Iterator[tuple[str, str]]:
    """Where it dropped, once for all suites that did; where no results are kept, how to keep those of the gravest."""
    against = asked.held_against()
    files = list(dict.fromkeys(file for suite in fell for file in asked.results.get(suite, ())))
    if not files:
        files = ["results.json"]
        yield (
            f"To look into the drop in {fell[0]}, keep its results in a file; what is recorded already is not asked again",
            asked.command("check", fell[0], *against, "-o", *files),
        )
    current = [word for file in files for word in ("--current", file)]
    yield (
        "To see which cases dropped, what they share and what changed",
        asked.command("explain", *current, *against),
    )


def _to_find(finding: Finding, asked: Invocation) -> tuple[str, str]:
    """Which commit did it, once a suite."""
    metric, suite = finding.metric or "", finding.suite or ""
    return (
        f"To find the commit that made {metric} of {suite} worse, and its file",
        asked.command("bisect", metric, "--suite", suite),
    )


def _to_tell(finding: Finding, diff: MetricDiff | None) -> str:
    takes = needed(diff) if diff is not None else ""
    if diff is None or not takes:
        return finding.action[:1].upper() + finding.action[1:]
    way = "dropped" if diff.better == "higher" else "rose"
    where = f" in {diff.slice}" if diff.slice else ""
    return f"To tell whether {diff.metric}{where} {way} by {figures(diff).catch} takes {takes}"


def _if_wanted(finding: Finding) -> str:
    what = "drop" if finding.kind is Kind.REGRESSED else "change"
    return f"If the {what} in {finding.suite} is intended, take fresh draws as its new baseline and commit the file"
