"""A commit's files in a folder: the same texts as the host gave, and no others."""

from pathlib import Path

import pytest

from gate.host.kept import KeptHistory, keep
from gate.model.errors import UserError
from gate.model.report import Revision

SHA = "1" * 40


class Host:
    def resolve(self, ref: str) -> Revision:
        return Revision(label=ref, sha=SHA)

    def read_at(self, sha: str, path: str) -> str | None:
        return {"gate.yaml": "version: 1\n", "deep/er/base.json": "{}"}.get(path) if sha == SHA else None


def test_what_is_kept_is_read_back_and_what_is_not_there_stays_so(tmp_path: Path) -> None:
    keep(Host(), SHA, paths=["gate.yaml", "deep/er/base.json", "missing"], folder=tmp_path)
    kept = KeptHistory(tmp_path, revision=Revision(label=SHA, sha=SHA))
    assert kept.resolve(SHA).sha == SHA
    assert kept.read_at(SHA, "gate.yaml") == "version: 1\n"
    assert kept.read_at(SHA, "deep/er/base.json") == "{}"
    assert kept.read_at(SHA, "missing") is None


def test_no_other_commit_is_answered_for(tmp_path: Path) -> None:
    kept = KeptHistory(tmp_path, revision=Revision(label=SHA, sha=SHA))
    with pytest.raises(UserError, match="was not kept"):
        kept.read_at("2" * 40, "gate.yaml")
