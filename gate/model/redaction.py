"""Text → the same text without credentials. Everything that failed passes here before it becomes a message.

A failure's message is read in public: in a pull request's comment, a log, a committed file.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import quote

from pydantic import JsonValue

from gate.model.base import Noun

Some = TypeVar("Some", bound=Noun)

REDACTED = "[redacted]"
_SHORTEST = 6  # a shorter value would blot out ordinary words
_NAMES = re.compile(
    r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PAT|CREDENTIALS?"
    r"|(ACCESS|AUTH|BEARER|ID|REFRESH|SESSION)TOKEN|(ACCESS|PRIVATE|SECRET)KEY|CLIENTSECRET)$",
    re.IGNORECASE,
)
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-.\s:]+")
_LONGEST_NAME = 200  # of which the end is read: a name tells at its end what it holds
_SHAPES = re.compile(
    r"sk-ant-[\w-]{6,}"  # Anthropic's keys
    r"|gh[pousr]_\w{20,}|github_pat_\w{20,}"  # GitHub's tokens
    r"|(?<=bearer )[\w.~+/=-]{6,}"  # an Authorization header
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",  # user:password in an address
    re.IGNORECASE,
)


def holds_credential(name: str) -> bool:
    """Whether a variable, a header, a parameter or a member is named like one that holds a credential.

    However its words are put together: `API_KEY`, `x-auth-token`, `accessToken`, `ClientSecret`, `db.password`. By its
    last word, so that `maxTokens`, `tokenizer` and `SSH_KEY_PATH` are none.
    """
    return _NAMES.search(_BETWEEN_WORDS.sub("_", name[-_LONGEST_NAME:])) is not None


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """Environment → the values of those variables whose name ends like a credential's (`_KEY`, `TOKEN`, …).

    Of a value of several lines (a private key) each line is one too: a log is redacted line by line. So is what a value
    becomes in JSON and in an address.
    """
    return secret_values(value for name, value in environment.items() if holds_credential(name))


def secret_values(values: Iterable[str]) -> frozenset[str]:
    """Credentials → all that must appear nowhere because of them; what is too short to be one is left out."""
    whole = {value.strip() for value in values}
    lines = {line.strip() for value in whole for line in value.splitlines()}
    spelled = {other for line in lines if len(line) >= _SHORTEST for other in _spellings(line)}
    return frozenset(value for value in whole | lines if len(value) >= _SHORTEST) | spelled


def _spellings(line: str) -> Iterator[str]:
    """How a value stands in JSON, and in an address."""
    yield json.dumps(line)[1:-1]
    yield json.dumps(line, ensure_ascii=False)[1:-1]
    if line.isascii() or line.isprintable():  # no half of a surrogate pair, which has no bytes
        yield quote(line)
        yield quote(line, safe="")


def redact(text: str, *, secrets: Collection[str] = ()) -> str:
    """Text → the text with every given secret, and everything that has the shape of one, blotted out."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, REDACTED)
    return _SHAPES.sub(REDACTED, text)


def redacted(value: JsonValue, *, secrets: Collection[str] = ()) -> JsonValue:
    """JSON → the same JSON with every text in it redacted, names of members too.

    To be done before a text is written in any syntax: what is escaped there (`-` as `&#45;`) is no longer found by its
    value.
    """
    match value:
        case str():
            return redact(value, secrets=secrets)
        case list():
            return [redacted(item, secrets=secrets) for item in value]
        case dict():
            pairs = value.items()
            return {redact(key, secrets=secrets): redacted(item, secrets=secrets) for key, item in pairs}
        case _:
            return value


def public(noun: Some, *, secrets: Collection[str] = ()) -> Some:
    """The same noun with every text in it redacted."""
    said = noun.model_dump(mode="json")
    clean = redacted(said, secrets=secrets)
    return noun if clean == said else type(noun).model_validate(clean)


def texts(value: JsonValue) -> Iterator[str]:
    """Every text in some JSON, names of members too."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from texts(item)
        case dict():
            for key, item in value.items():
                yield key
                yield from texts(item)
        case _:
            return


def shortened(text: str, *, limit: int = 400) -> str:
    """Text → one line of at most `limit` characters, cut in the middle, where it must be cut, with `…`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = limit * 2 // 3
    return f"{line[:head]}…{line[len(line) - (limit - head - 1) :]}"
