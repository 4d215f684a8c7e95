"""Headers of the options + environment → headers to send, and what of them must never be shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from pydantic import JsonValue

from gate.model.errors import Problem, UserError
from gate.model.redaction import REDACTED, holds_credential

_PARAMETER = re.compile(r"(?<=[?&])([^=&#]+)=([^&#]+)")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PRIVATE = {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"}


@dataclass(frozen=True, kw_only=True)
class Headers:
    """`headers` as they go out. `secrets` are every variable they name, and each word of one that carries a credential."""

    headers: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)


def headers_to_send(given: Mapping[str, str], environment: Mapping[str, str]) -> Headers:
    """Replace each `${NAME}`; the line break that a pasted secret often ends with is taken off.

    Raises:
        UserError: a variable is not set, or a value cannot be sent in a header; no value is shown.
    """
    names = sorted({name for value in given.values() for name in _VARIABLE.findall(value)})
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise UserError(*(_missing(name) for name in missing))
    values = {name: environment[name].strip() for name in names}
    headers = {
        header: _VARIABLE.sub(lambda found: values[found[1]], value) for header, value in given.items()
    }
    for header, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            message = f"the value of the header {header!r} has a line break or a character beyond ASCII"
            raise UserError(
                Problem(message=message, key="headers", fix="mend it, or the variable it is read from")
            )
    words = {word for header in headers if header.lower() in _PRIVATE for word in headers[header].split()}
    headers.setdefault("Accept", "application/json")
    return Headers(headers=headers, secrets=frozenset(values.values()) | (words - {"Bearer", "Basic"}))


def headers_to_show(given: Mapping[str, str]) -> dict[str, JsonValue]:
    """The headers as the options say them, without a credential that was written out."""
    return {
        header: _hidden(value) if header.lower() in _PRIVATE or holds_credential(header) else value
        for header, value in {"Content-Type": "application/json", **given}.items()
    }


def url_to_show(url: str) -> str:
    """An address without the credentials that stand in its query, by the names of the parameters; the rest as it is."""

    def shown(parameter: re.Match[str]) -> str:
        return f"{parameter[1]}={REDACTED}" if holds_credential(unquote(parameter[1])) else parameter[0]

    return _PARAMETER.sub(shown, url)


def _hidden(value: str) -> str:
    known = {"Bearer", "Basic"}
    return " ".join(
        word if word in known or _VARIABLE.fullmatch(word) else REDACTED for word in value.split()
    )


def _missing(name: str) -> Problem:
    return Problem(
        message=f"the variable {name} of the environment is not set",
        key="headers",
        fix=f"set {name} where gate runs (in a workflow: `env:` from a secret)",
    )
