import os
from collections.abc import Iterator

import pytest

from tests.fakes.github import FakeGitHub
from tests.host.github.hub import Hub, hub


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the machine that the tests run on."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def here() -> Iterator[Hub]:
    with FakeGitHub() as fake:
        yield hub(fake)
