"""A real Chromium, without a screen and without a network, and pages in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from gate.model.page import Page
from tests.pages import page_text

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
Show = Callable[..., Tab]


def program() -> str:
    """The browser: the one that CHROME names, or the first on the PATH."""
    found = os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found is not None, "there is no Chromium: run `make browser`, or name one by CHROME=…"
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the tests of a module: while it is there, no other event loop can be in this process."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program(), args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a page from a file. Whatever it says on the console, asks of a network or throws fails the test."""
    contexts, said = [], list[str]()

    def shown(page: Page | str, *, at: str = "", wide: int = 1280) -> Tab:
        path = tmp_path / "report.html"
        path.write_text(page if isinstance(page, str) else page_text(page), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": wide, "height": 800}, color_scheme="light", reduced_motion="reduce"
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("dialog", lambda dialog: said.append(dialog.message))
        tab.on("request", lambda request: said.append(request.url) if request.url != tab.url else None)
        tab.goto(f"{path.as_uri()}{at}")
        return tab

    yield shown
    for context in contexts:
        context.close()
    assert [each for each in said if not each.startswith("file:")] == []
