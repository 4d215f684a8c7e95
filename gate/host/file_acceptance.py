"""Who accepted which files of a fork's commit ↔ the address of the status that says so. PURE.

Nothing can be committed to a fork, so the acceptance stands in a status of ours on its commit. The address leads to the
comment that gave the order; what it says is what a later run has to verify.
"""

import re

from pydantic import Field

from gate.model.base import Noun

_FORM = re.compile(
    r"/pull/(?P<pull>[1-9][0-9]{0,17})"
    r"\?gate-accepted-by=(?P<by>[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)"
    r"&gate-files=(?P<files>[0-9a-f]{64})"
    r"#issuecomment-(?P<comment>[1-9][0-9]{0,17})"
)


class FileAcceptance(Noun):
    """Who accepted the baseline files of a commit, by which comment under which pull request.

    `files` is the digest over them by their paths in the repository (`files_digest`).
    """

    by: str = Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$")
    pull: int = Field(ge=1)
    comment: int = Field(ge=1)
    files: str = Field(pattern=r"^[0-9a-f]{64}$")


def address_of(acceptance: FileAcceptance, *, repository_url: str) -> str:
    """The address of the comment, with what was accepted by it."""
    query = f"gate-accepted-by={acceptance.by}&gate-files={acceptance.files}"
    return f"{repository_url}/pull/{acceptance.pull}?{query}#issuecomment-{acceptance.comment}"


def acceptance_at(address: str, *, repository_url: str) -> FileAcceptance | None:
    """What such an address of this repository says; None where it is none of ours to the letter."""
    if not address.startswith(repository_url):
        return None
    found = _FORM.fullmatch(address.removeprefix(repository_url))
    if found is None:
        return None
    return FileAcceptance(
        by=found["by"], pull=int(found["pull"]), comment=int(found["comment"]), files=found["files"]
    )
