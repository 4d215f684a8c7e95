"""Environment → how the provider is reached and with whose key. Never shows a key, and imports no SDK where one is set."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gate.model.errors import Problem, UserError
from gate.model.redaction import redact, secrets_of

_OFFICIAL = "api.anthropic.com"
_PLACEHOLDER = "no-key"  # the SDK refuses to send a request without any; a local server does not look at it


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """At most one of key and token; neither means that the SDK finds a profile or a workload identity by itself.

    `base_url` None is the provider's own. `secrets` is everything that must never be shown.
    """

    api_key: str | None = field(default=None, repr=False)
    auth_token: str | None = field(default=None, repr=False)
    base_url: str | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def host(self) -> str:
        """The provider, as a person knows it: `api.anthropic.com`, `127.0.0.1:8080`."""
        return urlsplit(self.base_url or "").netloc.rpartition("@")[2] or _OFFICIAL


def find_credentials() -> Credentials:
    """Look where the SDK looks: ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, a profile, a workload identity.

    With ANTHROPIC_BASE_URL set to a server that is not the provider's, none is needed.

    Raises:
        UserError: there are none, or they cannot be sent in a header; ANTHROPIC_BASE_URL is no address.
    """
    environment = os.environ
    base_url = _base_url(environment)
    key = _sendable("ANTHROPIC_API_KEY", environment)
    token = None if key else _sendable("ANTHROPIC_AUTH_TOKEN", environment)
    if not key and not token and not _discovered(base_url):
        if base_url is None or urlsplit(base_url).hostname == _OFFICIAL:
            raise UserError(
                Problem(
                    message="there is no key for the model provider",
                    key="ANTHROPIC_API_KEY",
                    fix="set ANTHROPIC_API_KEY (in a workflow: `env:` from a secret), or ANTHROPIC_BASE_URL for a "
                    "local server that needs none",
                )
            )
        key = _PLACEHOLDER
    custom = (line.partition(":")[2] for line in environment.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n"))
    return Credentials(
        api_key=key,
        auth_token=token,
        base_url=base_url,
        secrets=secrets_of(environment) | {value.strip() for value in custom if value.strip()},
    )


def _sendable(name: str, environment: Mapping[str, str]) -> str | None:
    """The variable without the line break that a pasted secret often ends with; None where it is not set."""
    value = environment.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise UserError(
            Problem(
                message="it holds a blank, a line break or a character beyond ASCII, so it is no key",
                key=name,
                fix="copy the key again, and nothing else",
            )
        )
    return value


def _base_url(environment: Mapping[str, str]) -> str | None:
    value = environment.get("ANTHROPIC_BASE_URL", "").strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        fix = "write it with its scheme: http://127.0.0.1:8080"
        problem = Problem(
            message="this is no address", key="ANTHROPIC_BASE_URL", value=redact(value), fix=fix
        )
        raise UserError(problem)
    return value


def _discovered(base_url: str | None) -> bool:
    """Whether the SDK finds a profile or a workload identity."""
    from anthropic import AnthropicError  # noqa: PLC0415 - over a second; needed only without a key
    from anthropic.lib.credentials import default_credentials  # noqa: PLC0415 - the same

    try:
        return default_credentials(base_url=base_url or f"https://{_OFFICIAL}") is not None
    except AnthropicError as error:
        problem = Problem(
            message=f"the profile for the model provider cannot be read: {redact(str(error))}",
            key="ANTHROPIC_PROFILE",
            fix="mend the profile, or set ANTHROPIC_API_KEY",
        )
        raise UserError(problem) from None
