"""RunResult → by case, its values, what is missing of it, and its draws as the page tells them. One walk over the trials."""

from collections import defaultdict
from dataclasses import dataclass, field

from gate.model.page import SuitePage
from gate.render.html.blocks import json_text
from gate.render.html.draws import draw
from gate.render.html.texts import Texts


@dataclass(slots=True)
class Seen:
    """One case of the head: values by metric, metrics that abstained, failed draws, and the draws as JSON."""

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    abstained: set[str] = field(default_factory=set)
    failed: int = 0
    draws: list[str] = field(default_factory=list)


def gather(suite: SuitePage, texts: Texts) -> dict[str, Seen]:
    """Case id → what was seen of it; a case without a trial has nothing."""
    found: dict[str, Seen] = {case.id: Seen() for case in suite.head.cases}
    for trial in suite.head.trials:
        seen = found.get(trial.case_id)
        if seen is None:
            continue
        seen.failed += trial.reply is None or bool(trial.failures)
        for score in trial.scores:
            if score.value is None:
                seen.abstained.add(score.metric)
            else:
                seen.values[score.metric].append(score.value)
        spans = suite.spans.get((trial.case_id, trial.index), ())
        seen.draws.append(json_text(draw(trial, metrics=suite.head.metrics, texts=texts, spans=spans)))
    return found


def earlier_draws(suite: SuitePage, texts: Texts) -> dict[str, list[str]]:
    """Case id → the draws of the base that are known, as JSON."""
    found: dict[str, list[str]] = defaultdict(list)
    for trial in suite.earlier.trials if suite.earlier is not None else ():
        found[trial.case_id].append(json_text(draw(trial, metrics=suite.head.metrics, texts=texts)))
    return found
