"""What a slash command came to → the comment that answers it. PURE; foreign text stands only where it cannot act."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.model.errors import Problem
from gate.model.report import Report, Step
from gate.model.run import RunResult, Trial
from gate.model.scorecard import Scorecard
from gate.render import escape
from gate.render.budget import fit
from gate.render.excerpts import asked_text, value_text
from gate.render.markdown_parts import MEDIUM, problem_items, step_items, text_row
from gate.render.numbers import counted, means, tidy
from gate.render.sentences import headline
from gate.render.words import Name, Part

HELP = (
    ("/gate accept SHA", "make the results of that commit the baseline; suites and a reason may follow"),
    ("/gate run", "run the check of the head once more, and judge old and new draws together"),
    ("/gate run accept", "the same, with as many draws as an accepted baseline needs"),
    ("/gate status", "say what is known of the head"),
    ("/gate explain CASE", "show one case: what was asked, what was answered, how it was scored"),
    ("/gate help", "this list"),
)
_MOST_DRAWS, _MOST_METRICS = 5, 30
_BUDGET_BYTES = 40_000
_SHA_SHOWN = 7


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A sentence, what there is to mend, and what to do next."""

    words: Sequence[Part]
    problems: Sequence[Problem] = ()
    steps: Sequence[Step] = ()


def reply_page(reply: Reply) -> str:
    """The reply as markdown."""
    blocks = [MEDIUM.write(tuple(reply.words))]
    if reply.problems:
        blocks.append("\n".join(problem_items(reply.problems)))
    if reply.steps:
        blocks.append("\n".join(step_items(reply.steps)))
    return "\n\n".join(blocks) + "\n"


def help_page(first: Sequence[Part] = ()) -> str:
    """All commands, behind a sentence on why they are told."""
    rows = "".join(f"| {escape.code(command)} | {MEDIUM.literal(what)} |\n" for command, what in HELP)
    start = f"{MEDIUM.write(tuple(first))}\n\n" if first else ""
    return f"{start}| Command | What it does |\n|---|---|\n{rows}"


def status_page(report: Report | None, *, head: str, line: str) -> str:
    """What is known of a head: the verdict that was recorded, or what its status says."""
    at = escape.code(head[:_SHA_SHOWN])
    if report is None:
        return f"The head is {at}. {MEDIUM.message(line)}\n"
    steps = "\n".join(step_items(report.next_steps[:3]))
    return f"The head is {at}. {MEDIUM.write(headline(report))}\n\n{steps}".rstrip() + "\n"


def case_page(result: RunResult, *, case_id: str, baseline: Scorecard | None) -> str:
    """One case of a recorded run: its texts, its means beside the baseline's, and its first draws."""
    case = next(each for each in result.cases if each.id == case_id)
    trials = [trial for trial in result.trials if trial.case_id == case_id]
    title = f"**{escape.code(case_id)}** of {escape.code(result.suite)}, {counted(len(trials), 'draw')}"
    texts = [("input", asked_text(case.input))]
    if case.expected is not None:
        texts.append(("expected", value_text(case.expected)))
    table = "".join(text_row(label, text) for label, text in texts)
    rows = list(_scores(trials, baseline=_means(baseline, case_id), metrics=sorted(result.metrics)))
    scores = "\n".join(["| metric | base | head |", "|---|--:|--:|", *rows[:_MOST_METRICS]])
    draws = fit((_draw(trial) for trial in trials), budget_bytes=_BUDGET_BYTES, most=_MOST_DRAWS)
    left = (
        f"\n_{counted(draws.left_out, 'more draw')}: see the results file of the run._\n"
        if draws.left_out
        else ""
    )
    return "\n".join([f"{title}\n", f"<table>\n{table}</table>\n", f"{scores}\n", *draws.rows]) + left


def _draw(trial: Trial) -> str:
    """One draw: the output or why there is none, and what the evaluators said of it."""
    rows = [text_row("output", trial.reply.output)] if trial.reply is not None else []
    rows += [text_row("failed", f"{each.kind}: {each.message}") for each in trial.failures]
    rows += [
        text_row("why", f"{each.metric}: {each.explanation}") for each in trial.scores if each.explanation
    ]
    return f"Draw {trial.index + 1}\n\n<table>\n{''.join(rows)}</table>\n"


def _scores(
    trials: Sequence[Trial], *, baseline: Mapping[str, float], metrics: Sequence[str]
) -> Iterator[str]:
    for metric in metrics:
        values = [
            score.value
            for trial in trials
            for score in trial.scores
            if score.metric == metric and score.value is not None
        ]
        if values or metric in baseline:
            head = sum(values) / len(values) if values else None
            before, after = means(baseline.get(metric), head)
            yield f"| {escape.code(metric)} | {tidy(before)} | {tidy(after)} |"


def _means(baseline: Scorecard | None, case_id: str) -> dict[str, float]:
    case = baseline.cases.get(case_id) if baseline is not None else None
    return {name: sum(values) / len(values) for name, values in case.scores.items() if values} if case else {}


def short(sha: str) -> Name:
    """A sha as people read it."""
    return Name(sha[:_SHA_SHOWN])
