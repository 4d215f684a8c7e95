"""Text → the same text without credentials. Everything that failed passes here before it becomes a message.

A failure's message is read in public: in a pull request's comment, a log, a committed file.
"""

import re
from collections.abc import Collection, Mapping

REDACTED = "[redacted]"
_SHORTEST = 6  # a shorter value would blot out ordinary words
_NAMES = re.compile(
    r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PAT|CREDENTIALS?)$", re.IGNORECASE
)
_SHAPES = re.compile(
    r"sk-ant-[\w-]{6,}"  # Anthropic's keys
    r"|gh[pousr]_\w{20,}|github_pat_\w{20,}"  # GitHub's tokens
    r"|(?<=bearer )[\w.~+/=-]{6,}"  # an Authorization header
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",  # user:password in an address
    re.IGNORECASE,
)


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """Environment → the values of those variables whose name ends like a credential's (`_KEY`, `TOKEN`, …)."""
    values = {value.strip() for name, value in environment.items() if _NAMES.search(name)}
    return frozenset(value for value in values if len(value) >= _SHORTEST)


def redact(text: str, *, secrets: Collection[str] = ()) -> str:
    """Text → the text with every given secret, and everything that has the shape of one, blotted out."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, REDACTED)
    return _SHAPES.sub(REDACTED, text)


def shortened(text: str, *, limit: int = 400) -> str:
    """Text → one line of at most `limit` characters, cut in the middle, where it must be cut, with `…`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = limit * 2 // 3
    return f"{line[:head]}…{line[len(line) - (limit - head - 1) :]}"
