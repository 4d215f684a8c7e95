"""What the script fills in: the table of cases with its filters, and the window of one case. Without data of any kind."""

from gate.render.html.cases import Cases
from gate.render.html.markup import Markup, el
from gate.render.html.verdict import section
from gate.render.numbers import count, counted

# Value and word of every choice of what became of a case, as filter.js knows them.
CHANGES = (
    ("", "all"),
    ("worse", "got worse"),
    ("certain", "worse in every draw"),
    ("better", "got better"),
    ("same", "the same"),
    ("failed", "failed"),
    ("abstained", "abstained"),
    ("apart", "not compared"),
)
# Name of the key by which filter.js sorts, and the head of the column.
_COLUMNS = (("id", "case"), ("change", "outcome"), ("base", "baseline"), ("head", "head"))


def cases_section(cases: Cases) -> Markup | None:
    """The filters and an empty table."""
    if not cases.total:
        return None
    return section(
        "cases",
        "Cases",
        _left_out(cases),
        el("p", "The cases are shown by a script, which is not running here.", id="unscripted"),
        el("div", _filters(), _table(), id="explorer", hidden=True),
    )


def case_window() -> Markup:
    """The window of one case: where it is among those that are shown, and its texts."""
    buttons = el(
        "div",
        el("button", "Previous", type="button", id="previous"),
        el("button", "Next", type="button", id="next-case"),
        el("button", "Close", type="button", id="close"),
        class_="buttons",
    )
    head = el("header", el("h2", id="case-title", tabindex=-1), buttons)
    return el("dialog", head, el("div", id="case-body"), id="case", aria_labelledby="case-title")


def _left_out(cases: Cases) -> Markup | None:
    if not cases.left_out:
        return None
    kept = count(cases.total - cases.left_out)
    return el(
        "p",
        f"To keep this page small, it holds the texts of {kept} of {counted(cases.total, 'case')}: first of those that "
        "failed or moved. The values of all are here, and all texts are in the results file.",
        class_="notice",
    )


def _filters() -> Markup:
    changes = [el("option", word, value=value) for value, word in CHANGES]
    return el(
        "form",
        _labeled("Search", el("input", type="search", id="search", autocomplete="off", spellcheck="false", placeholder="words, an id, a tag"), "wide"),
        _labeled("Suite", el("select", id="suite")),
        _labeled("Metric", el("select", id="metric")),
        _labeled("Outcome", el("select", *changes, id="change")),
        _labeled("Tag", el("select", id="tag")),
        el("button", "Clear", type="reset", id="clear"),
        el("p", id="found", role="status"),
        id="filters", role="search", aria_label="cases",
    )  # fmt: skip


def _labeled(word: str, control: Markup, class_: str | None = None) -> Markup:
    return el("label", el("span", word), control, class_=class_)


def _table() -> Markup:
    head = [
        el(
            "th",
            el("button", word, type="button", data_sort=key),
            scope="col",
            role="columnheader",
            class_=f"col-{key}",
        )
        for key, word in _COLUMNS
    ]
    tags = el("th", "tags", scope="col", role="columnheader", class_="col-tags")
    return el(
        "div",
        el(
            "table",
            el("caption", "Cases. Arrow keys go from one to the next, Enter opens one.", class_="hidden"),
            el("thead", el("tr", *head, tags, role="row"), role="rowgroup"),
            el("tbody", id="rows", role="rowgroup"),
            role="table",  # said once more: as a grid, on a narrow screen, some browsers forget it
        ),
        id="viewport", tabindex=0, role="region", aria_label="table of cases",
    )  # fmt: skip
