"""Every fault at every call: the effect stands once, or a HostError tells; never twice, never a secret, never a hang."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.host.github import GitHub, HostError
from gate.model.effect import CommitStatus, Reaction, ReplyComment, StickyComment
from gate.model.hosting import StaleHead, WorkflowRun
from tests.fakes.github import FakeGitHub, Fault
from tests.host.github.hub import MARKER, Hub, hub

MESSAGE = "Accept\n\nWhy"
MUCH_LATER = 4_000_000_000  # seconds since 1970
FAULTS = {
    "forbidden": Fault.status(403),
    "missing": Fault.status(404),
    "conflict": Fault.status(409),
    "gone": Fault.status(410),
    "invalid": Fault.status(422),
    "too many, wait": Fault.status(429, retry_after=7),
    "too many": Fault.status(429),
    "secondary limit": Fault.secondary_limit(),
    "hour is spent": Fault.rate_limit(reset=MUCH_LATER),
    "broken server": Fault.status(500),
    "a proxy's page": Fault.page(502),
    "cut in half, done": Fault.broken_json(),
    "reset": Fault.reset(),
    "lost, done": Fault.lost(),
    "lost behind a 502, done": Fault.lost(502),
}
REFUSED = {"forbidden", "missing", "conflict", "gone", "invalid", "hour is spent"}


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that is done once: how, how often it stands, and what must be there before."""

    act: Callable[[GitHub, Hub], Any]
    stands: Callable[[Hub], int]
    prepare: Callable[[Hub], Any] = lambda _here: None
    calls: int = 3


def body_of(text: str) -> str:
    return f"{MARKER}\n{text}"


def stick(client: GitHub, here: Hub) -> None:
    client.perform(StickyComment(number=here.pull.number, marker=MARKER, body=body_of("new")))


def stuck(here: Hub) -> int:
    mine = [each for each in here.repo.comments_on(here.pull.number) if each.body.startswith(MARKER)]
    assert len(mine) <= 1, [each.body for each in mine]
    return sum(each.body == body_of("new") for each in mine)


def old_comment(here: Hub) -> None:
    here.repo.comment(here.pull.number, body_of("old"), author="github-actions[bot]")


def reply(client: GitHub, here: Hub) -> None:
    client.perform(ReplyComment(number=here.pull.number, body="Accepted.", answers=1))


def post_status(client: GitHub, here: Hub) -> None:
    client.perform(CommitStatus(sha=here.pull.head_sha, state="success", description="pass"))


def react(client: GitHub, here: Hub) -> None:
    (comment,) = here.repo.comments_on(here.pull.number)
    client.perform(Reaction(comment_id=comment.id, content="eyes"))


def commit(client: GitHub, here: Hub) -> None:
    done = client.commit_on_branch(
        "topic", expected_head=here.pull.head_sha, files={"b.json": "{}"}, message=MESSAGE
    )
    assert not isinstance(done, StaleHead)
    assert done.sha == here.repo.branches["topic"]


def commits(here: Hub) -> int:
    return sum(
        here.repo.commits[sha].message == MESSAGE for sha in here.repo.history(here.repo.branches["topic"])
    )


def rerun(client: GitHub, here: Hub) -> None:
    (run,) = here.repo.runs.values()
    client.rerun(
        WorkflowRun(
            id=run.id,
            name="gate",
            path="",
            event="pull_request",
            status="completed",
            conclusion="success",
            attempt=1,
            head_sha=run.head_sha,
            head_ref="topic",
            head_repository="acme/shop",
            fork=False,
        )
    )


DEEDS = {
    "creating our comment": Deed(act=stick, stands=stuck),
    "updating our comment": Deed(act=stick, stands=stuck, prepare=old_comment),
    "replying": Deed(
        act=reply, stands=lambda here: len(here.repo.comments_on(here.pull.number)), calls=1
    ),
    "posting a status": Deed(
        act=post_status, stands=lambda here: len(here.repo.statuses_of(here.pull.head_sha)), calls=2
    ),
    "reacting": Deed(
        act=react, stands=lambda here: len(here.repo.reactions), calls=1,
        prepare=lambda here: here.repo.comment(here.pull.number, "/gate accept"),
    ),
    "committing": Deed(act=commit, stands=commits, calls=1),
    "running again": Deed(
        act=rerun, stands=lambda here: len(next(iter(here.repo.runs.values())).reruns), calls=1,
        prepare=lambda here: here.repo.run(here.pull),
    ),
}  # fmt: skip
CASES = [(deed, fault, nth) for deed in DEEDS for fault in FAULTS for nth in range(1, DEEDS[deed].calls + 1)]


@pytest.mark.parametrize(("deed", "fault", "nth"), CASES, ids=str)
def test_one_fault_leaves_the_effect_standing_once_or_is_told(
    here: Hub, deed: str, fault: str, nth: int
) -> None:
    done, token = DEEDS[deed], here.token()
    done.prepare(here)
    here.fake.fail(FAULTS[fault], nth=nth)
    try:
        done.act(here.client(token), here)
    except HostError as error:
        assert done.stands(here) == 0
        assert fault in REFUSED
        assert_tells(error, token.secret)
    else:
        assert done.stands(here) == 1
    assert sum(here.waits) <= 90


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_told_within_the_bound_and_nothing_stands_twice(
    here: Hub, deed: str, fault: str
) -> None:
    done, token = DEEDS[deed], here.token()
    done.prepare(here)
    here.fake.fail(FAULTS[fault], times=None)
    with pytest.raises(HostError) as caught:
        done.act(here.client(token), here)
    assert_tells(caught.value, token.secret)
    assert done.stands(here) <= (3 if FAULTS[fault].happens else 0)
    assert sum(here.waits) <= 90
    assert len(here.asked) <= 40


@settings(max_examples=40)
@given(
    deed=st.sampled_from(
        ["creating our comment", "updating our comment", "replying", "committing", "running again"]
    ),
    faults=st.lists(st.tuples(st.integers(1, 12), st.sampled_from(sorted(FAULTS))), min_size=2, max_size=6),
)
def test_whatever_faults_come_together_nothing_stands_twice(deed: str, faults: list[tuple[int, str]]) -> None:
    with FakeGitHub() as fake:
        here, done = hub(fake), DEEDS[deed]
        done.prepare(here)
        for nth, fault in faults:
            fake.fail(FAULTS[fault], nth=nth)
        try:
            done.act(here.client(), here)
        except HostError:
            assert done.stands(here) <= 1
        else:
            assert done.stands(here) == 1
        assert sum(here.waits) <= 90


@pytest.mark.parametrize("deed", DEEDS)
def test_an_answer_that_does_not_come_is_not_waited_for_without_end(here: Hub, deed: str) -> None:
    done, token = DEEDS[deed], here.token()
    done.prepare(here)
    here.fake.fail(Fault.late(), times=None)
    with pytest.raises(HostError, match="no answer in time") as caught:
        done.act(here.client(token, call_s=0.1), here)
    assert_tells(caught.value, token.secret)


def assert_tells(error: HostError, secret: str) -> None:
    (problem,) = error.problems
    assert " failed: " in problem.message
    assert problem.fix
    assert error.exit_code == (4 if error.passing else 2)
    assert secret not in f"{error}{error!r}{error.args}{error.__cause__}{error.__context__}"
