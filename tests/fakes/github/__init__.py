"""A stateful fake GitHub: real HTTP on loopback, checked against GitHub's own description. See README.md."""

from tests.fakes.github.desk import Journal
from tests.fakes.github.fake import DepartureError, FakeGitHub
from tests.fakes.github.faults import Fault
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import Artifact, Comment, Run, Token

__all__ = [
    "Artifact",
    "Comment",
    "DepartureError",
    "FakeGitHub",
    "Fault",
    "Journal",
    "Pull",
    "Repository",
    "Run",
    "Token",
]
