"""Acceptance ↔ the message of the commit that carries it; recorded files → their digest. PURE.

The message alone proves nothing, because anybody can write it. What it says is what a later run has to verify.
"""

import hashlib
import re
from collections.abc import Mapping

from pydantic import Field

from gate.model.base import Noun

DIGEST_MARK = "#gate-results-"  # behind the address of a run, where a status says what the run recorded
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHA_SHOWN = 7
_LONGEST_REASON = 500
_BASELINE = "Gate-Baseline"
_KEYS = ("Gate-Accepted-By", "Gate-Command", "Gate-Evaluated-At", "Gate-Results")


class Acceptance(Noun):
    """Who accepted the results of which commit, by which comment under which pull request.

    `results` is the digest of the recorded files, `baselines` maps each file that was written to the SHA-256 of its
    text. `reason` is one line, or empty.
    """

    by: str = Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$")
    pull: int = Field(ge=1)
    comment: int = Field(ge=1)
    evaluated: str = Field(pattern=r"^[0-9a-f]{40}(?:[0-9a-f]{24})?$")
    results: str = Field(pattern=r"^[0-9a-f]{64}$")
    baselines: dict[str, str] = Field(min_length=1)
    reason: str = ""


def message_of(acceptance: Acceptance) -> str:
    """The message of the commit. It holds nothing that keeps checks from running, and no trailer but ours."""
    lines = [
        f"{_KEYS[0]}: {acceptance.by}",
        f"{_KEYS[1]}: {acceptance.pull}/{acceptance.comment}",
        f"{_KEYS[2]}: {acceptance.evaluated}",
        f"{_KEYS[3]}: {acceptance.results}",
        *(f"{_BASELINE}: {digest} {path}" for path, digest in sorted(acceptance.baselines.items())),
    ]
    reason = plain_reason(acceptance.reason)
    because = [f"Reason: {reason}"] if reason else []
    headline = f"Accept the evaluation results of {acceptance.evaluated[:_SHA_SHOWN]}"
    return "\n\n".join([headline, *because, "\n".join(lines)])


def acceptance_of(message: str) -> Acceptance | None:
    """What the last paragraph of a message says, if it is one of ours to the letter; else None."""
    *_, last = message.replace("\r\n", "\n").strip().split("\n\n")
    lines = last.split("\n")
    pairs = [line.partition(": ")[::2] for line in lines]
    if tuple(key for key, _ in pairs[: len(_KEYS)]) != _KEYS or any(
        key != _BASELINE for key, _ in pairs[len(_KEYS) :]
    ):
        return None
    by, command, evaluated, results = (value for _, value in pairs[: len(_KEYS)])
    pull, _, comment = command.partition("/")
    written = [value.partition(" ")[::2] for _, value in pairs[len(_KEYS) :]]
    baselines = {path: digest for digest, path in written}
    if len(baselines) != len(written) or not all(
        path and _DIGEST.fullmatch(digest) for digest, path in written
    ):
        return None
    try:
        return Acceptance(
            by=by,
            pull=int(pull),
            comment=int(comment),
            evaluated=evaluated,
            results=results,
            baselines=baselines,
        )
    except ValueError:  # pydantic's errors are ValueErrors
        return None


def plain_reason(text: str) -> str:
    """A reason as one line without brackets, so that `[skip ci]` and its like are only words."""
    line = " ".join(text.replace("[", "(").replace("]", ")").split())
    printable = "".join(character for character in line if character.isprintable())
    return printable[:_LONGEST_REASON].strip()


def text_digest(text: str) -> str:
    """The SHA-256 of a file's text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def files_digest(files: Mapping[str, bytes]) -> str:
    """One SHA-256 over named files: of the lines `<SHA-256>  <name>`, sorted by name."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def marked(address: str, digest: str) -> str:
    """The address of a run with the digest of what it recorded, as a part of it that no server sees."""
    return f"{address}{DIGEST_MARK}{digest}"


def run_and_digest(address: str, *, repository_url: str) -> tuple[int, str] | None:
    """The run and the digest that such an address names; None where it is no such address of this repository."""
    page, mark, digest = address.partition(DIGEST_MARK)
    prefix = f"{repository_url}/actions/runs/"
    number = page.removeprefix(prefix)
    known = (
        page.startswith(prefix)
        and re.fullmatch(r"[0-9]{1,20}", number)
        and mark
        and _DIGEST.fullmatch(digest)
    )
    return (int(number), digest) if known else None
