import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.errors import Problem
from gate.model.redaction import REDACTED, holds_credential, public, redact, secrets_of, shortened, texts


@pytest.mark.parametrize(
    "name", ["ANTHROPIC_API_KEY", "APIKEY", "GITHUB_TOKEN", "token", "DB_PASSWORD", "CLIENT_SECRET", "MY_PAT"]
)
def test_a_variable_named_like_a_credential_is_a_secret(name: str) -> None:
    assert secrets_of({name: "canary-value"}) == {"canary-value"}


@pytest.mark.parametrize(
    "name", ["PATH", "KEYBOARD", "TOKENIZERS_PARALLELISM", "SSH_KEY_PATH", "HOME", "COMPAT"]
)
def test_a_variable_of_another_name_is_no_secret(name: str) -> None:
    assert not secrets_of({name: "canary-value"})


@pytest.mark.parametrize(
    "name",
    [
        "accessToken",
        "apiKey",
        "clientSecret",
        "refreshToken",
        "privateKey",
        "sessionToken",
        "idToken",
        "userPassword",
        "awsSecretKey",
        "dbCredentials",
        "AccessToken",
        "ApiKey",
        "APIKey",
        "OpenAIApiKey",
        "ClientSecret",
        "GitHubPAT",
        "xAPIKey",
        "access-token",
        "X-Api-Key",
        "client-secret",
        "X-Auth-Token",
        "access_token",
        "api_key",
        "Client_Secret",
        "db.password",
        "spring.datasource.password",
        "auth.accessToken",
        "aws:secret_key",
        "accesstoken",
        "apikey",
        "clientsecret",
        "privatekey",
        "sessiontoken",
        "oauth2Token",
    ],
)
def test_a_name_tells_of_a_credential_however_its_words_are_put_together(name: str) -> None:
    assert holds_credential(name)


@pytest.mark.parametrize(
    "name",
    [
        "maxTokens",
        "inputTokens",
        "outputTokens",
        "tokens",
        "total_tokens",
        "max-tokens",
        "gen_ai.usage.input_tokens",
        "tokenCount",
        "token_type",
        "tokenizer",
        "author",
        "authority",
        "Authored",
        "secretary",
        "secretName",
        "monkey",
        "Turkey",
        "KEYBOARD",
        "keyboardLayout",
        "hotkeys",
        "passwordLess",
        "passwordPolicy",
        "Compat",
        "format",
        "spat",
        "privateKeyPath",
        "credentialsFile",
        "apiKeyName",
        "broken",
        "spoken",
    ],
)
def test_a_harmless_name_that_is_like_one_is_shown(name: str) -> None:
    assert not holds_credential(name)


def test_of_a_name_without_end_the_end_is_read() -> None:
    assert holds_credential("aB" * 1_000_000 + "accessToken")
    assert not holds_credential("accessToken" + "aB" * 1_000_000)


def test_a_value_too_short_to_be_a_credential_blots_out_nothing() -> None:
    assert not secrets_of({"A_KEY": "a", "B_KEY": ""})


def test_a_trailing_line_break_does_not_hide_a_secret() -> None:
    secrets = secrets_of({"A_KEY": "canary-value\n"})
    assert redact("it was b'canary-value\\n'", secrets=secrets) == f"it was b'{REDACTED}\\n'"


@pytest.mark.parametrize(
    "text",
    [
        "x-api-key: sk-ant-api03-canary_canary",
        "Authorization: Bearer canary.canary",
        "authorization: bearer canary.canary",
        "ghp_canarycanarycanarycanary",
        "postgres://user:canary@host/db",
    ],
)
def test_what_has_the_shape_of_a_secret_is_redacted_without_being_known(text: str) -> None:
    assert "canary" not in redact(text)
    assert REDACTED in redact(text)


def test_the_longer_of_two_overlapping_secrets_goes_first() -> None:
    assert redact("canary-long", secrets=["canary", "canary-long"]) == REDACTED


@given(st.text(), st.text(min_size=1), st.text())
def test_no_given_secret_survives(before: str, secret: str, after: str) -> None:
    cleaned = redact(before + secret + after, secrets=[secret])
    assert all(secret not in part for part in cleaned.split(REDACTED))


@pytest.mark.parametrize("secret", ['qu"o\\te-canary', "canary/with+signs=", "cänary-ß"])
def test_a_secret_is_found_as_it_stands_in_json_and_in_an_address(secret: str) -> None:
    secrets = secrets_of({"A_KEY": secret})
    for text in (
        json.dumps({"k": secret}),
        json.dumps({"k": secret}, ensure_ascii=False),
        f"https://h/x?token={quote(secret, safe='')}",
        f"https://h/{quote(secret)}",
    ):
        assert "nary" not in redact(text, secrets=secrets)


def test_each_line_of_a_secret_is_one() -> None:
    assert secrets_of({"A_KEY": "first-line\n{\n  last-line\n"}) == {
        "first-line\n{\n  last-line",
        "first-line",
        "last-line",
    }


@given(st.text(min_size=6))
def test_a_secret_is_taken_out_of_a_noun_before_any_character_is_escaped(secret: str) -> None:
    problem = Problem(message=f"no {secret}", key=secret, value="x" + secret)
    clean = public(problem, secrets=[secret])
    assert all(secret not in part for text in texts(clean.model_dump()) for part in text.split(REDACTED))
    assert public(Problem(message="5"), secrets=["6"]) == Problem(message="5")


@given(st.text(), st.integers(min_value=10, max_value=200))
def test_a_shortened_text_is_one_line_within_the_limit(text: str, limit: int) -> None:
    line = shortened(text, limit=limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


def test_a_shortened_text_keeps_its_head_and_its_tail() -> None:
    line = shortened("start " + "x" * 1000 + " end")
    assert line.startswith("start ")
    assert line.endswith(" end")
