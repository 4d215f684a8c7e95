"""How long the report's page takes to make and to open, and how large it is.

    python -m benchmarks.page [CASES ...]

A page of that many cases, each with two draws of the base and one of the head, two passages, a tool call and a critique,
is made, and opened from its file in a Chromium without a screen, three times, each in a new process. Opened is when the
first rows of the table of cases stand there. Must hold: 10,000 cases open within 2 s. Ends with 1 if they do not.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.page.conftest import QUIET, program
from tests.pages import make_page, page_text

BOUNDS_S = {10_000: 2.0}
ROUNDS = 3


def opened_s(path: Path) -> tuple[float, float]:
    """Seconds until the table stands there, and until a search through all texts has its hits."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=QUIET)
        tab = browser.new_page()
        start = time.perf_counter()
        tab.goto(path.as_uri())
        tab.locator("#rows a").first.wait_for()
        opened = time.perf_counter() - start
        start = time.perf_counter()
        tab.locator("#search").fill("working days")
        tab.locator("#found", has_text=" of ").wait_for()
        searched = time.perf_counter() - start
        browser.close()
    return opened, searched


def main() -> int:
    """Measure each size; 1 if one of them misses its bound."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", nargs="*", type=int, default=[1_000, 10_000])
    missed = False
    print("| cases | making | size | opening | first search |\n|---|---|---|---|---|")
    for cases in options.parse_args().cases:
        page = make_page(cases)
        start = time.process_time()
        text = page_text(page)
        making = time.process_time() - start
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.html"
            path.write_text(text, encoding="utf-8")
            rounds = [opened_s(path) for _ in range(ROUNDS)]
        opening, searching = (statistics.median(times) for times in zip(*rounds, strict=True))
        size = len(text.encode()) / 1e6
        print(
            f"| {cases:,} | {making:.1f} s | {size:.1f} MB | {opening:.2f} s | {searching:.2f} s |",
            flush=True,
        )
        missed |= opening > BOUNDS_S.get(cases, float("inf"))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
