"""Page + assets → the file. The same page gives the same bytes, and nothing in it reaches out or runs but our script."""

import hashlib
from base64 import b64encode
from collections.abc import Collection

from gate.model.page import Assets, Page
from gate.model.redaction import public
from gate.model.report import Document, Report
from gate.render.html.blocks import index_block, text_blocks
from gate.render.html.cases import TEXT_BYTES, cases_of
from gate.render.html.costs import costs
from gate.render.html.markup import Markup, el, join, shown, verbatim
from gate.render.html.metrics import metrics
from gate.render.html.shell import case_window, cases_section
from gate.render.html.texts import Texts
from gate.render.html.verdict import banner, bar, concentration, findings, next_steps
from gate.render.sentences import KIND_WORDS

_PARTS = (("verdict", "Verdict"), ("metrics", "Metrics"), ("cases", "Cases"), ("costs", "Cost"))
_CLOSING = "This page needs no network and tells nobody that it is read."


def html_page(
    page: Page, assets: Assets, *, secrets: Collection[str] = (), text_bytes: int = TEXT_BYTES
) -> Document:
    """Render the page.

    Args:
        page: the report and what stands behind it.
        assets: the style sheet and the script, which the page carries in itself.
        secrets: values that are blotted out wherever they stand.
        text_bytes: how much of the cases' texts the page may hold; what has no room is counted and told.
    """
    report = public(page.report, secrets=secrets)
    cases = cases_of(page, Texts(secrets), text_bytes=text_bytes)
    parts = {
        "verdict": banner(report),
        "next": next_steps(report.next_steps),
        "bar": bar(report.proposals),
        "findings": findings(report),
        "concentrated": concentration(report),
        "metrics": metrics(report, cases.columns),
        "cases": cases_section(cases),
        "costs": costs(report),
    }
    body = el(
        "body",
        el("a", "Skip to the verdict", href="#verdict", class_="skip"),
        _top([name for name, part in parts.items() if part is not None]),
        el("main", *parts.values()),
        el("footer", el("p", f"gate {shown(report.tool_version)}. {_CLOSING}")),
        case_window(),
        index_block(cases.index),
        *text_blocks(cases.details),
        el("script", verbatim(assets.script), type="module"),
    )
    text = f'<!doctype html>\n<html lang="en">{_head(report, assets)}{body}</html>\n'
    return Document(name="report.html", media_type="text/html", text=text)


def _head(report: Report, assets: Assets) -> Markup:
    verdict = report.verdict
    suites = ", ".join(shown(suite.suite) for suite in verdict.suites[:3])
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy(assets)),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{KIND_WORDS[verdict.kind]}: {suites or 'no suite'} \u00b7 gate"),
        el("style", verbatim(assets.style)),
    )


def policy(assets: Assets) -> str:
    """What the browser lets this page do: our style, our script, known by their hashes, and nothing else at all.

    Content Security Policy Level 3, and Trusted Types: no text can become markup or code.
    """
    return (
        f"default-src 'none'; script-src {_hash(assets.script)}; style-src {_hash(assets.style)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _top(there: Collection[str]) -> Markup:
    links = [el("a", word, href=f"#{name}") for name, word in _PARTS if name in there]
    return el(
        "header",
        el("p", "gate", el("span", " report"), class_="brand"),
        el("nav", join(links), aria_label="parts of the page"),
        el("button", "Theme: system", type="button", id="theme", hidden=True),
        class_="top",
    )
