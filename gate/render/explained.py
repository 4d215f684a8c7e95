"""Explanation → the blocks of its page: where it dropped, which cases, what they share, what changed. Judges nothing."""

from collections.abc import Iterator, Sequence

from gate.model.case import Context
from gate.model.explanation import CaseStory, Changed, Draw, Dropped, Explanation, Feature, Values
from gate.model.segment import Segment
from gate.model.verdict import CaseChange
from gate.render.blocks import Block, Grid, Items, Line, Texts, Title, names
from gate.render.concentrated import segment_figures, terms
from gate.render.figures import figures
from gate.render.numbers import UNKNOWN, count, counted, means, p_value, tidy
from gate.render.revisions import between
from gate.render.sentences import KIND_WORDS, sentence
from gate.render.words import Message, Name, Part, Strong, Words

_PARTS, _PASSAGES, _CASES = 8, 5, 10
_DRAWS, _METRICS, _KINDS = 5, 30, 6


def explained(explanation: Explanation) -> list[Block]:
    """The page."""
    if explanation.cases:
        return [block for story in explanation.cases for block in case_blocks(story)]
    several = len(explanation.changed) > 1
    blocks: list[Block] = [Title((Strong(KIND_WORDS[explanation.verdict]), *between(explanation), "."))]
    if not explanation.metrics:
        blocks.append(Line(("No metric speaks against a pass, and none dropped in one part of the cases.",)))
    searched = {changed.suite: changed for changed in explanation.changed}
    for dropped in explanation.metrics:
        blocks += _dropped(dropped, searched[dropped.diff.suite], several=several)
    for changed in explanation.changed:
        blocks += _changed(changed)
    return blocks


def case_blocks(story: CaseStory) -> Iterator[Block]:
    """One case: its texts, its values before and now, its first draws."""
    yield Title((Name(story.case_id), " of ", Name(story.suite), f", {counted(len(story.draws), 'draw')}"))
    about: list[Part] = []
    if story.place:
        about += [Message(story.place), ". "]
    if story.tags:
        about += ["Tags: ", *names((f"{k}={v}" for k, v in story.tags.items()), most=_PARTS), ". "]
    if story.missing:
        about += [f"Beside nothing: {story.missing}."]
    if about:
        yield Line(tuple(about))
    expected = [("expected", story.expected)] if story.expected is not None else []
    yield Texts((("input", story.input), *expected, *_passages(story.contexts)))
    if story.values:
        titles = ("metric", "base", "head", "draws before", "now")
        yield Grid(titles, tuple(map(_value_row, story.values[:_METRICS])))
    worse = [value for value in story.values if value.worse]
    if worse or story.segments:
        units = {value.metric: value.unit for value in story.values}
        lies = (_lies_in(each, unit=units.get(each.metric)) for each in story.segments)
        yield Items((*map(_worse, worse), *lies))
    for draw in story.draws[:_DRAWS]:
        yield Line((f"Draw {draw.index + 1}",))
        yield Texts(tuple(_draw_texts(draw)))
    if len(story.draws) > _DRAWS:
        left = counted(len(story.draws) - _DRAWS, "more draw")
        yield Line((f"{left}: see the results file of the run.",))


def _dropped(dropped: Dropped, changed: Changed, *, several: bool) -> Iterator[Block]:
    diff, texts = dropped.diff, figures(dropped.diff)
    where: Words = (" of ", Name(diff.suite)) if several else ()
    interval = "" if texts.interval == UNKNOWN else f" ({texts.interval})"
    numbers = f"{texts.base} \u2192 {texts.head}, {texts.change}{interval}, allowed {texts.allowed}"
    yield Title((Name(diff.metric), *where, f", {KIND_WORDS[diff.kind].lower()}: {numbers}."))
    if dropped.findings:
        yield Items(tuple(sentence(message) for message in dropped.findings))
    yield Line((Strong("Where"), ": ", _searched(dropped, changed)))
    if dropped.segments:
        yield Items(tuple(_segment(each, unit=diff.unit) for each in dropped.segments))
    if dropped.features:
        yield Line(
            (
                Strong("In common"),
                ": what the cases that got worse share; a hint where to look, and no cause.",
            )
        )
        yield Items(tuple(map(_feature, dropped.features)))
    if dropped.worse:
        yield Line(
            (Strong("Cases"), f": {counted(diff.broken, 'case')} got worse, {count(diff.fixed)} better.")
        )
        yield Items(tuple(_change(each, unit=diff.unit) for each in dropped.worse[:_CASES]))
    if len(dropped.worse) > _CASES:
        yield Line((f"{counted(len(dropped.worse) - _CASES, 'more case')}: see the JSON (--json FILE).",))


def _searched(dropped: Dropped, changed: Changed) -> str:
    looked = counted(changed.combinations, "part")
    rest = "" if changed.complete else "; longer combinations were too many to be looked at"
    if dropped.segments:
        return f"of {looked} of the cases that tags tell apart, the drop is concentrated in{rest}:"
    if not dropped.searched:
        return "not looked for: as a whole it did not drop by more than luck does."
    if not changed.combinations:
        return "unknown: no tags distinguish the cases."
    return f"none of {looked} of the cases that tags tell apart holds more of the drop than the rest{rest}."


def _segment(segment: Segment, *, unit: str | None) -> Words:
    return (*terms(segment), segment_figures(segment, unit=unit), f", {p_value(segment.p)}.")


def _feature(feature: Feature) -> Words:
    sure = "" if feature.p is None else f", {p_value(feature.p)}"
    return (
        Name(feature.name),
        f": {count(feature.worse)} of {count(feature.n)} got worse, ",
        f"{count(feature.others_worse)} of the {counted(feature.others, 'other')}{sure}.",
    )


def _change(change: CaseChange, *, unit: str | None) -> Words:
    base, head = means(change.baseline, change.head, unit=unit)
    sure = ", in every draw" if change.confirmed else ""
    return (Name(change.case_id), f" {tidy(base)} \u2192 {tidy(head)}{sure}")


def _changed(changed: Changed) -> Iterator[Block]:
    yield Title((Strong("What changed"), " in ", Name(changed.suite)))
    items: list[Words] = []
    if changed.target:
        items.append(("Parts of the application: ", *names(changed.target, most=_PARTS), "."))
    else:
        items.append(("No part of the application: its fingerprint is that of the baseline.",))
    items += [sentence(message) for message in (*changed.attribution, *changed.instruments)]
    if not changed.instruments:
        items.append(("No evaluator and no judge.",))
    items += [
        (
            "Failures of the kind ",
            Name(each.kind),
            f": {count(each.before)} of {counted(each.trials_before, 'trial')} before, ",
            f"{count(each.now)} of {count(each.trials_now)} now.",
        )
        for each in changed.failures[:_KINDS]
    ]
    yield Items(tuple(items))


def _value_row(value: Values) -> tuple[Part, ...]:
    base, head = means(_mean(value.before), _mean(value.now), unit=value.unit)
    return (Name(value.metric), tidy(base), tidy(head), _listed(value.before), _listed(value.now))


def _worse(value: Values) -> Words:
    sure = " in every draw" if value.confirmed else ""
    return (Name(value.metric), f" got worse{sure}.")


def _lies_in(segment: Segment, *, unit: str | None) -> Words:
    return (
        "It lies where ",
        Name(segment.metric),
        " dropped most: ",
        *terms(segment),
        segment_figures(segment, unit=unit),
        ".",
    )


def _draw_texts(draw: Draw) -> Iterator[tuple[str, str]]:
    if draw.output is not None:
        yield "output", draw.output
    for failure in draw.failures:
        yield "failed", f"{failure.kind}: {failure.message}"
    for metric, text in draw.explanations.items():
        yield "why", f"{metric}: {text}"
    yield from _passages(draw.contexts)


def _passages(contexts: Sequence[Context]) -> Iterator[tuple[str, str]]:
    for place, context in enumerate(contexts[:_PASSAGES]):
        name = f"{context.id}: " if context.id is not None else ""
        yield f"passage {place + 1}", f"{name}{context.text}"
    if len(contexts) > _PASSAGES:
        yield "passages", f"{len(contexts) - _PASSAGES} more"


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _listed(values: Sequence[float]) -> str:
    """The first values of a case, draw by draw."""
    shown = " ".join(f"{value:.4g}" for value in values[:_DRAWS])
    return f"{shown} \u2026" if len(values) > _DRAWS else shown or UNKNOWN
