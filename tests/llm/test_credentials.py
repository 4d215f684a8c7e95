import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gate.llm.credentials import find_credentials
from gate.llm.door import AnthropicModel
from gate.model.case import Message
from gate.model.errors import UserError
from gate.model.ports import ModelRequest
from gate.model.reply import Reply
from tests.doubles import MessagesApi, said


def test_without_a_key_the_door_does_not_open_and_says_what_to_set() -> None:
    with pytest.raises(UserError, match="set ANTHROPIC_API_KEY"):
        AnthropicModel(concurrency=1, timeout_s=1)


@pytest.mark.parametrize("url", ["https://api.anthropic.com", "https://api.anthropic.com/"])
def test_the_provider_s_own_address_needs_a_key_also_when_it_is_named(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    with pytest.raises(UserError, match="no key"):
        find_credentials()


def test_a_local_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def walk() -> object:
        model = AnthropicModel(concurrency=1, timeout_s=30)
        try:
            message = Message(role="user", content="hello")
            return await model.ask(ModelRequest(model="local", messages=(message,)))
        finally:
            await model.aclose()

    with MessagesApi(said("hi")) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        reply = asyncio.run(walk())
    assert isinstance(reply, Reply)
    assert reply.output == "hi"


@pytest.mark.parametrize("key", [" canary-key\n", "canary-key"])
def test_the_line_break_of_a_pasted_key_is_taken_off(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    assert find_credentials().api_key == "canary-key"


@pytest.mark.parametrize("key", ["canary key", "canary\nkey", "canary-k\u00e9y", "canary\tkey"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    with pytest.raises(UserError, match="so it is no key") as refusal:
        find_credentials()
    assert "canary" not in str(refusal.value)


def test_the_key_goes_before_the_token_and_only_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "the-token")
    assert (find_credentials().api_key, find_credentials().auth_token) == (None, "the-token")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "the-key")
    assert (find_credentials().api_key, find_credentials().auth_token) == ("the-key", None)


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://host", "http://", "http://[oops"])
def test_a_base_url_that_is_none_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "the-key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    with pytest.raises(UserError, match="no address"):
        find_credentials()


def test_a_profile_of_the_sdk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "anthropic"
    (folder / "configs").mkdir(parents=True)
    (folder / "credentials").mkdir()
    profile = {"version": "1.0", "authentication": {"type": "user_oauth"}}
    (folder / "configs" / "work.json").write_text(json.dumps(profile))
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(folder))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "work")
    credentials = find_credentials()
    assert (credentials.api_key, credentials.auth_token) == (None, None)


def test_a_profile_that_is_named_and_not_there_is_the_user_s_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "nobody")
    with pytest.raises(UserError, match="profile"):
        find_credentials()


def test_opening_the_door_with_a_key_does_not_import_the_sdk() -> None:
    code = (
        "import sys; from gate.llm.door import AnthropicModel; AnthropicModel(concurrency=1, timeout_s=1);"
        "print('anthropic' in sys.modules, 'genai_prices' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"ANTHROPIC_API_KEY": "the-key"},
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == ["False", "False"]
