"""An error of PyGithub, requests or the wire → HostError: what was refused, why, and what to do. Never with a token.

The texts of errors from below are not repeated: they hold addresses, and those of artifacts are signed.
"""

import time
from collections.abc import Collection, Mapping
from typing import Any

import requests
from github import GithubException
from github.Requester import Requester

from gate.host.github.failure import HostError, Task
from gate.model.errors import Problem
from gate.model.redaction import redact, shortened

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _GONE, _TOO_MANY, _SERVER_ERROR = 401, 403, 404, 410, 429, 500
_MINUTE_S = 60.0  # to wait after a secondary limit that names no time, says GitHub's documentation
_LATER = "run the job again when GitHub answers; https://www.githubstatus.com tells how it is"
_LIMITED = "run the job again later: GITHUB_TOKEN may ask 1,000 times an hour for each repository"


class UnreadableError(Exception):
    """An answer that is not what GitHub's API description says."""


def translated(error: Exception, *, task: Task, secrets: Collection[str]) -> HostError:
    """What an attempt raised → what it means.

    Raises:
        Exception: the error itself, where it is a bug of ours.
    """
    if isinstance(error, HostError):
        return error
    if isinstance(error, GithubException):
        return _refused(error, task=task, secrets=secrets)
    if isinstance(error, UnreadableError):
        return _failed(f"the answer cannot be read ({error})", task=task, unsure=True)
    if isinstance(error, TimeoutError | requests.Timeout):
        unsure = not isinstance(error, requests.ConnectTimeout)
        return _failed("no answer in time", task=task, unsure=unsure)
    if isinstance(error, requests.RequestException | OSError):
        return _failed(f"the connection failed ({_root(error)})", task=task, unsure=not _unreached(error))
    if isinstance(error, AssertionError | RuntimeError):  # PyGithub, of an address on another host
        return _failed("the answer leads to another host", task=task, unsure=True)
    raise error


def refused_by_graphql(errors: Any, *, task: Task, secrets: Collection[str]) -> HostError:
    """The `errors` of an answer of GraphQL → what they mean. One without a type is a fault inside GitHub."""
    first = errors[0]
    kind, said = str(first.get("type", "")), shortened(redact(_said({"errors": errors}), secrets=secrets))
    status = {"NOT_FOUND": _NOT_FOUND, "FORBIDDEN": _FORBIDDEN, "RATE_LIMITED": _TOO_MANY}.get(kind)
    limited = status == _TOO_MANY
    problem = Problem(
        message=f"{task.doing} failed: GitHub refused it ({kind or 'a fault inside GitHub'}; {said})",
        fix=_LIMITED if limited else _fix(status or 0, said, task) if kind else _LATER,
    )
    failed = HostError(problem, status=status, passing=limited or not kind, unsure=not kind)
    failed.kind = kind
    failed.wait_s = _MINUTE_S if limited else None
    return failed


def _failed(what: str, *, task: Task, unsure: bool) -> HostError:
    problem = Problem(message=f"{task.doing} failed: {what}", fix=_LATER)
    return HostError(problem, passing=True, unsure=unsure)


def _refused(error: GithubException, *, task: Task, secrets: Collection[str]) -> HostError:
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    said = shortened(redact(_said(error.data), secrets=secrets), limit=250)
    limited = _is_limited(error.status, said, headers)
    request = headers.get("x-github-request-id", "")
    parts = [
        f"status {error.status}",
        *([said] if said else []),
        *([f"request {request}"] if request else []),
    ]
    problem = Problem(
        message=f"{task.doing} failed: GitHub refused it ({'; '.join(parts)})",
        fix=_LIMITED if limited else _fix(error.status, said, task),
    )
    broken = error.status >= _SERVER_ERROR
    failed = HostError(problem, status=error.status, passing=limited or broken, unsure=broken)
    failed.request_id = request
    failed.wait_s = _asked_wait_s(headers, limited=limited)
    return failed


def _said(data: Any) -> str:
    """GitHub's own words; a 422 has the reason in its `errors`."""
    if not isinstance(data, Mapping):
        return ""
    errors = data.get("errors")
    details = errors if isinstance(errors, list) else [errors] if errors else []
    texts = [
        str(d.get("message") or d.get("code") or "") if isinstance(d, Mapping) else str(d) for d in details
    ]
    return ": ".join(text for text in (str(data.get("message") or ""), *texts) if text)


def _is_limited(status: int, said: str, headers: Mapping[str, str]) -> bool:
    if status == _TOO_MANY:
        return True
    spent = headers.get("x-ratelimit-remaining") == "0"
    return status == _FORBIDDEN and (spent or "retry-after" in headers or Requester.isRateLimitError(said))


def _asked_wait_s(headers: Mapping[str, str], *, limited: bool) -> float | None:
    """How long GitHub asks to wait: `retry-after`, the time of the next allowance, or the minute of its documentation."""
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    if not limited:
        return None
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time()) + 1
    return _MINUTE_S


def _fix(status: int, said: str, task: Task) -> str:
    if status >= _SERVER_ERROR:
        return _LATER
    if "locked" in said.lower():
        return "unlock the conversation, or switch the comment off"
    grant = (
        f"write `{task.needs}` under `permissions:` of the job"
        if task.needs
        else "use a token that may do it"
    )
    fork = "; a pull request from a fork has a read-only token, whatever is written there"
    advice = {
        _UNAUTHORIZED: "the token is not valid, or no longer: give the action `token: ${{ github.token }}`, its default",
        _FORBIDDEN: grant + fork * task.needs.endswith("write"),
        _NOT_FOUND: f"check that it exists; GitHub also says so of what the token may not see: {grant}",
        _GONE: "it was deleted, has expired, or the feature is switched off in this repository",
    }
    return advice.get(status, "check what was asked for")


def _root(error: BaseException) -> str:
    """The kind of the error at the bottom: the words on the way down hold addresses."""
    for _ in range(10):
        below = error.__cause__ or error.__context__
        if below is None:
            break
        error = below
    return type(error).__name__


def _unreached(error: BaseException) -> bool:
    """Whether the server surely saw nothing: no connection was made."""
    return _root(error) in {"ConnectionRefusedError", "gaierror"}
