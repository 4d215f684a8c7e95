"""Report → the top of the page: the verdict in words, what to do next, what moves the bar, every other finding."""

from collections.abc import Iterator, Sequence

from gate.model.report import Proposal, Report, Step
from gate.model.verdict import Finding, Kind
from gate.render.concentrated import ASIDE, TITLE, concentrated
from gate.render.html.markup import MESSAGE_LIMIT, Markup, el, inline, join, shown
from gate.render.numbers import count, counted
from gate.render.revisions import between
from gate.render.rows import notes, untold
from gate.render.sentences import KIND_WORDS, headline, sentence
from gate.render.words import Strong

_MOST_CASES, _MOST_SEGMENTS = 12, 20  # that a finding names, that are told
# One shape for each kind, so that no meaning is in a color alone.
_ICONS = {
    Kind.PASS: "M4 10.5l4 4 8-9",
    Kind.INCONCLUSIVE: "M7 7.2a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2.1M10 15.2v.1",
    Kind.REGRESSED: "M10 4v11M5 10.5l5 5 5-5",
    Kind.NOT_COMPARABLE: "M4 8h12M4 12.5h12M14 4L6 16",
    Kind.ERROR: "M10 4.5v7M10 15.2v.1",
}


def banner(report: Report) -> Markup:
    """The verdict: a shape, a word, the sentence with its figures, and by what it was judged."""
    verdict = report.verdict
    words = [part for part in headline(report) if part != Strong(KIND_WORDS[verdict.kind])]
    if words and isinstance(words[0], str):  # the word of the verdict stands above
        first = words[0].removeprefix(":").lstrip()
        words[0] = f"{first[:1].upper()}{first[1:]}"
    mild = (
        " This does not block the check." if verdict.kind is not Kind.PASS and not verdict.exit_code else ""
    )
    return el(
        "section",
        icon(verdict.kind),
        el(
            "div",
            el("h1", KIND_WORDS[verdict.kind], id="verdict-word"),
            el("p", inline(words), mild, class_="lead"),
            el("p", *_facts(report), class_="facts"),
        ),
        id="verdict", class_=f"verdict {slug(verdict.kind)}", aria_labelledby="verdict-word",
    )  # fmt: skip


def icon(kind: Kind) -> Markup:
    """The shape of a kind; the word beside it says the same."""
    return el(
        "svg",
        el("path", d=_ICONS[kind]),
        class_=f"icon {slug(kind)}",
        viewBox="0 0 20 20",
        aria_hidden="true",
    )


def slug(kind: Kind) -> str:
    """The kind as a class of the style sheet."""
    return kind.value.replace(" ", "-")


def next_steps(steps: Sequence[Step]) -> Markup | None:
    """What to do next, each command with a button that copies it."""
    if not steps:
        return None
    items = [
        el(
            "li",
            el("p", shown(step.text, limit=MESSAGE_LIMIT)),
            _command(step.command) if step.command else None,
        )
        for step in steps
    ]
    return section("next", "What to do next", el("ol", *items, class_="steps"))


def bar(proposals: Sequence[Proposal]) -> Markup | None:
    """What this change would do to the bar, which the verdict did not use."""
    if not proposals:
        return None
    loosened = any(proposal.loosened for proposal in proposals)
    items = [
        el(
            "li",
            el("strong", "loosened") if proposal.loosened else "changed",
            ": ",
            shown(proposal.text, limit=MESSAGE_LIMIT),
        )
        for proposal in sorted(proposals, key=lambda each: not each.loosened)
    ]
    return section(
        "bar",
        "This change lowers the bar" if loosened else "This change moves the bar",
        el("p", "The verdict did not use that; it takes effect when it is merged."),
        el("ul", *items),
        class_="lowered" if loosened else "",
    )


def findings(report: Report) -> Markup | None:
    """What neither the sentence nor a metric tells, then what is worth a word."""
    items = [_finding(each) for each in (*untold(report), *notes(report.verdict))]
    return section("findings", "Findings and notes", el("ul", *items, class_="findings")) if items else None


def concentration(report: Report) -> Markup | None:
    """Where the drop is concentrated, by tags; it explains, and decides nothing."""
    sentences = concentrated(report.verdict)
    if not sentences:
        return None
    items = [el("li", inline(words)) for words in sentences[:_MOST_SEGMENTS]]
    more = len(sentences) - len(items)
    rest = (
        el("p", f"{counted(more, 'more metric')}: see the JSON report.", class_="quiet") if more > 0 else None
    )
    aside = el("p", f"{ASIDE[:1].upper()}{ASIDE[1:]}.", class_="quiet")
    return section("concentrated", TITLE, aside, el("ul", *items, class_="findings"), rest)


def section(name: str, title: str, *children: Markup | None, class_: str = "") -> Markup:
    """A part of the page under its heading."""
    return el(
        "section",
        el("h2", title, id=f"{name}-title"),
        *children,
        id=name,
        class_=class_ or None,
        aria_labelledby=f"{name}-title",
    )


def _finding(finding: Finding) -> Markup:
    mark = None
    if finding.kind is not Kind.PASS:
        word = KIND_WORDS[finding.kind].lower() + ("" if finding.blocking else " (warns)")
        mark = el("span", icon(finding.kind), word, class_=f"chip {slug(finding.kind)}")
    action = el("p", shown(finding.action, limit=MESSAGE_LIMIT), class_="quiet") if finding.action else None
    return el(
        "li", el("p", mark, " " if mark else None, inline(sentence(finding.message))), action, _cases(finding)
    )


def _cases(finding: Finding) -> Markup | None:
    if not finding.cases:
        return None
    names = [el("code", shown(case)) for case in finding.cases[:_MOST_CASES]]
    more = len(finding.cases) - len(names)
    tail = f" and {counted(more, 'more case')}" if more > 0 else None
    return el("p", *_spaced(names), tail, class_="quiet names")


def _spaced(items: Sequence[Markup]) -> Iterator[str]:
    for item in items:
        yield item
        yield " "


def _command(command: str) -> Markup:
    return el(
        "div",
        el(
            "pre",
            el("code", shown(command, limit=MESSAGE_LIMIT)),
            tabindex=0,
            role="group",
            aria_label="command",
        ),
        el(
            "button",
            "Copy",
            type="button",
            class_="copy",
            data_copy=shown(command, limit=MESSAGE_LIMIT),
            hidden=True,
        ),
        class_="command",
    )


def _facts(report: Report) -> Iterator[Markup]:
    verdict = report.verdict
    pieces = [join(["This report is", inline(between(report))]), Markup(f"exit code {verdict.exit_code}")]
    if report.policy_source:
        pieces.append(join(["policy from ", el("code", shown(report.policy_source))]))
    if verdict.looks > 1:
        pieces.append(Markup(f"look {verdict.look} of {verdict.looks}"))
    pieces.append(Markup(f"{counted(sum(suite.cases for suite in verdict.suites), 'case')}"))
    suites = len(verdict.suites)
    if suites > 1:
        pieces.append(Markup(f"{count(suites)} suites"))
    for number, piece in enumerate(pieces):
        yield el("span", piece) if not number else join([" ", el("span", piece)])
