"""An address that GitHub sent us to → the bytes there. It sends no token, follows no further, and ends at a limit."""

import requests

from gate.host.github.failure import HostError, Task
from gate.host.github.wire import Place
from gate.model.errors import Problem

_OK, _SERVER_ERROR = 200, 500
_CHUNK, _QUIET_S = 65_536, 15
_AGAIN = "run the job again"


def fetched(address: str, *, task: Task, place: Place, limit_bytes: int) -> bytes:
    """One attempt. The address is signed, and so stands in no message.

    Raises:
        HostError: it is not encrypted where GitHub's API is, or is refused, or holds more than the limit.
        requests.RequestException: the connection failed.
    """
    if place.api_url.startswith("https:") and not address.startswith("https:"):
        raise _refusal(task, "GitHub sends us to an address without https")
    with requests.Session() as session:
        session.auth = _nobody  # else a .netrc of the machine may name one
        with session.get(address, stream=True, timeout=_QUIET_S, allow_redirects=False) as response:
            if response.status_code != _OK:
                passing = response.status_code >= _SERVER_ERROR
                raise _refusal(task, f"its host answered {response.status_code}", passing=passing)
            return _bounded(response, task=task, limit_bytes=limit_bytes)


def _bounded(response: requests.Response, *, task: Task, limit_bytes: int) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > limit_bytes:
            raise _refusal(task, f"it is larger than {limit_bytes} bytes")
    return bytes(content)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _refusal(task: Task, what: str, *, passing: bool = False) -> HostError:
    return HostError(Problem(message=f"{task.doing} failed: {what}", fix=_AGAIN), passing=passing)
