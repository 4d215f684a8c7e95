import os
from collections.abc import Iterator

import pytest

from tests.fakes.github import FakeGitHub
from tests.host.github.hub import Hub, hub


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Without a proxy of the machine that the tests run on."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with FakeGitHub() as fake:
        yield hub(fake)
