"""Pages of a verdict + what stands behind it → the same with the report's page among the files, and a word on it."""

from collections.abc import Mapping

from gate.flows.github.desk import Desk
from gate.flows.page import Sources, page_document, page_of
from gate.host.plan import Pages
from gate.model.files import load_results
from gate.model.report import Document, Report
from gate.model.scorecard import Scorecard

_WORD = (
    "Every case, with what it was asked, answered and scored, stands in `{}` among the reports of this run: "
    "one file for a browser."
)


def paged(
    desk: Desk, pages: Pages, *, report: Report, texts: Mapping[str, str], baselines: Mapping[str, Scorecard]
) -> Pages:
    """Add the page. `texts` are the results files by suite. Where it cannot be made, the log says so: the verdict stands."""
    try:
        page = _page(desk, report, texts, baselines)
    except Exception as error:  # noqa: BLE001 - whatever breaks while telling, the verdict stands
        desk.runner.notice(f"The report's page could not be made: {type(error).__name__}: {error}")
        return pages
    word = _WORD.format(f"{desk.inputs.reports}/{page.name}")
    return pages.model_copy(
        update={"documents": (*pages.documents, page), "summary": f"{pages.summary.rstrip()}\n\n{word}\n"}
    )


def _page(
    desk: Desk, report: Report, texts: Mapping[str, str], baselines: Mapping[str, Scorecard]
) -> Document:
    results = {suite: load_results(text, f"results/{suite}.json") for suite, text in texts.items()}
    sources = Sources(root=desk.tree.root, ours=False)
    page = page_of(report, results, baselines, sources=sources)
    return page_document(page, secrets=desk.secrets)
