"""Effects at GitHub: our one comment is ours and one, a status is not said twice, a refusal says what to do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gate.host.github import HostError
from gate.model.effect import CommitStatus, Reaction, ReplyComment, StickyComment
from gate.model.hosting import Performed
from tests.fakes.github import Fault
from tests.host.github.hub import MARKER, Hub

BOT = "github-actions[bot]"


def sticky(here: Hub, text: str = "green", **more: Any) -> StickyComment:
    return StickyComment(number=here.pull.number, marker=MARKER, body=f"{MARKER}\n{text}", **more)


def texts(here: Hub) -> list[str]:
    return [comment.body.removeprefix(f"{MARKER}\n") for comment in here.repo.comments_on(here.pull.number)]


def test_the_comment_is_written_once_and_then_updated_in_place(here: Hub) -> None:
    first = here.client().perform(sticky(here, "red"))
    second = here.client().perform(sticky(here, "green"))
    assert texts(here) == ["green"]
    assert first == second
    assert first.changed
    assert first.url.endswith(f"#issuecomment-{next(iter(here.repo.comments))}")


def test_a_comment_that_says_it_already_is_not_written_to(here: Hub) -> None:
    here.repo.comment(here.pull.number, f"{MARKER}\r\ngreen\n", author=BOT)
    assert here.client().perform(sticky(here)).changed is False
    assert not here.fake.journal.writes


def test_a_strangers_comment_that_bears_our_marker_is_neither_touched_nor_taken_for_ours(here: Hub) -> None:
    forged = here.repo.comment(here.pull.number, f"{MARKER}\nforged", author="mallory")
    client = here.client()
    assert client.sticky(here.pull.number, marker=MARKER) == ()
    client.perform(sticky(here, "first"))
    client.perform(sticky(here, "second"))
    assert texts(here) == ["forged", "second"]
    assert forged.updated == forged.created


def test_a_marker_inside_a_comment_of_ours_does_not_make_it_the_sticky_one(here: Hub) -> None:
    here.repo.comment(here.pull.number, f"see\n{MARKER}", author=BOT)
    here.client().perform(sticky(here))
    assert len(texts(here)) == 2


def test_the_comment_is_found_behind_hundreds_of_others(here: Hub) -> None:
    for number in range(150):
        here.repo.comment(here.pull.number, f"talk {number}")
    here.repo.comment(here.pull.number, f"{MARKER}\nold", author=BOT)
    here.client().perform(sticky(here))
    assert texts(here)[-1] == "green"
    assert len(texts(here)) == 151


def test_a_comment_is_written_to_a_person_whose_token_it_is(here: Hub) -> None:
    here.repo.collaborators["maria"] = "write"
    token = here.fake.person_token("maria")
    here.repo.comment(here.pull.number, f"{MARKER}\nthe bot's", author=BOT)
    here.client(token).perform(sticky(here, "one"))
    here.client(token).perform(sticky(here, "two"))
    assert texts(here) == ["the bot's", "two"]


def test_the_comment_of_another_app_is_found_again_by_its_own_token(here: Hub) -> None:
    here.repo.collaborators["our-app[bot]"] = "write"
    token = here.fake.person_token("our-app[bot]")
    assert here.client(token).login() == "our-app[bot]"
    for text in ("one", "two"):
        here.client(token).perform(sticky(here, text))
    assert texts(here) == ["two"]


def test_where_no_comment_is_wanted_none_is_created_but_one_that_stands_is_updated(here: Hub) -> None:
    assert here.client().perform(sticky(here, create=False)) == Performed(changed=False)
    assert texts(here) == []
    here.repo.comment(here.pull.number, f"{MARKER}\nred", author=BOT)
    here.client().perform(sticky(here, create=False))
    assert texts(here) == ["green"]


def test_of_several_of_ours_the_oldest_stays(here: Hub) -> None:
    for text in ("a", "b", "c"):
        here.repo.comment(here.pull.number, f"{MARKER}\n{text}", author=BOT)
    oldest = min(here.repo.comments)
    here.client().perform(sticky(here))
    assert texts(here) == ["green"]
    assert list(here.repo.comments) == [oldest]


def test_a_comment_that_another_job_writes_in_the_same_moment_stays_and_ours_goes(here: Hub) -> None:
    def write(_call: Any) -> None:
        here.repo.comment(here.pull.number, f"{MARKER}\nother", author=BOT)

    here.fake.before("issues/create-comment", write)
    here.client().perform(sticky(here))
    assert texts(here) == ["green"]


def test_jobs_side_by_side_leave_one_comment(here: Hub) -> None:
    clients = [here.client() for _ in range(4)]
    with ThreadPoolExecutor(len(clients)) as pool:
        list(pool.map(lambda item: item[1].perform(sticky(here, str(item[0]))), enumerate(clients)))
    assert len(texts(here)) == 1


def test_a_comment_deleted_between_look_and_update_is_created_anew(here: Hub) -> None:
    here.repo.comment(here.pull.number, f"{MARKER}\nred", author=BOT)
    here.fake.before("issues/update-comment", lambda _: here.repo.comments.clear())
    here.client().perform(sticky(here))
    assert texts(here) == ["green"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.status(403, message="Unable to create comment because issue is locked."), "unlock"),
        (Fault.status(403), "`pull-requests: write` under `permissions:`"),
        (Fault.status(410), "switched off"),
        (Fault.status(404), "may not see"),
    ],
    ids=["locked", "forbidden", "gone", "missing"],
)
def test_a_refused_comment_is_told_with_what_to_do(here: Hub, fault: Fault, said: str) -> None:
    here.fake.fail(fault, operation="issues/create-comment", times=None)
    with pytest.raises(HostError, match="writing a comment on pull request 1 failed") as caught:
        here.client().perform(sticky(here))
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_token_without_the_permission_is_told_which_line_to_write(here: Hub) -> None:
    client = here.client(here.token(contents="read", statuses="read"))
    with pytest.raises(HostError, match="`statuses: write` under `permissions:`") as caught:
        client.perform(CommitStatus(sha=here.pull.head_sha, state="success", description="pass"))
    assert caught.value.request_id
    assert caught.value.request_id in str(caught.value)
    assert caught.value.status == 403


def test_a_lost_answer_is_looked_for_before_anything_is_written_again(here: Hub) -> None:
    here.fake.fail(Fault.lost(), operation="issues/create-comment", times=None)
    here.client().perform(sticky(here))
    assert texts(here) == ["green"]
    assert len(here.fake.journal.of("issues/create-comment")) == 1


def test_a_comment_that_never_came_through_is_tried_three_times_and_told(here: Hub) -> None:
    here.fake.fail(Fault.reset(), operation="issues/create-comment", times=None)
    with pytest.raises(HostError, match="the connection failed") as caught:
        here.client().perform(sticky(here))
    assert len(here.fake.journal.of("issues/create-comment")) == 3
    assert caught.value.exit_code == 4


def test_comments_tell_which_of_them_are_ours(here: Hub) -> None:
    theirs = here.repo.comment(here.pull.number, "hello", author="mallory")
    mine = here.repo.comment(here.pull.number, "done", author=BOT)
    client = here.client()
    assert [(each.login, each.ours) for each in client.comments(here.pull.number)] == [
        ("mallory", False),
        (BOT, True),
    ]
    assert client.comment(mine.id).ours
    assert client.comment(theirs.id).body == "hello"


def test_a_reply_is_a_comment_of_its_own_each_time(here: Hub) -> None:
    for _ in range(2):
        here.client().perform(ReplyComment(number=here.pull.number, body="No."))
    assert texts(here) == ["No.", "No."]


def test_an_older_equal_reply_is_not_taken_for_the_one_whose_answer_was_lost(here: Hub) -> None:
    here.repo.comment(here.pull.number, "No.", author=BOT)
    command = here.repo.comment(here.pull.number, "/gate accept")
    here.repo.comment(here.pull.number, "No.", author="mallory")
    here.fake.fail(Fault.reset(), operation="issues/create-comment")
    here.client().perform(ReplyComment(number=here.pull.number, body="No.", answers=command.id))
    assert texts(here).count("No.") == 3


def test_a_status_that_stands_is_not_posted_again_and_a_new_one_is(here: Hub) -> None:
    pending = CommitStatus(sha=here.pull.head_sha, state="pending", description="running")
    done = CommitStatus(
        sha=here.pull.head_sha, state="success", description="pass", target_url="https://x.example/1"
    )
    changes = [here.client().perform(each).changed for each in (pending, pending, done, done, pending)]
    assert changes == [True, False, True, False, True]
    assert [each.state for each in here.repo.statuses_of(here.pull.head_sha)] == [
        "pending",
        "success",
        "pending",
    ]


def test_only_the_newest_status_of_its_own_context_counts(here: Hub) -> None:
    here.repo.status(here.pull.head_sha, "success", context="gate", description="pass")
    here.repo.status(here.pull.head_sha, "success", context="other", description="pass")
    here.repo.status(here.pull.head_sha, "failure", context="gate", author="mallory")
    client = here.client()
    listed = {
        status.context: (status.state, status.creator) for status in client.statuses(here.pull.head_sha)
    }
    assert listed == {"gate": ("failure", "mallory"), "other": ("success", BOT)}
    assert client.perform(CommitStatus(sha=here.pull.head_sha, state="success", description="pass")).changed


def test_a_status_is_posted_though_the_others_may_not_be_read(here: Hub) -> None:
    here.fake.fail(Fault.status(403), operation="repos/list-commit-statuses-for-ref", times=None)
    here.client().perform(CommitStatus(sha=here.pull.head_sha, state="error", description="crashed"))
    assert len(here.repo.statuses_of(here.pull.head_sha)) == 1


def test_a_reaction_to_a_comment_that_is_gone_is_told(here: Hub) -> None:
    with pytest.raises(HostError, match="reacting to the comment failed"):
        here.client().perform(Reaction(comment_id=1, content="rocket"))


def test_a_first_comment_takes_three_calls_and_an_update_three(here: Hub) -> None:
    first = here.client()
    first.perform(sticky(here, "red"))
    assert first.calls == 3
    again = here.client()
    again.perform(sticky(here, "green"))
    assert again.calls == 3


def test_a_reaction_tells_whose_token_it_is(here: Hub) -> None:
    comment = here.repo.comment(here.pull.number, "/gate accept")
    client = here.client()
    client.perform(Reaction(comment_id=comment.id, content="eyes"))
    assert (client.login(), client.calls) == (BOT, 1)


def test_a_status_on_a_new_commit_is_not_looked_for(here: Hub) -> None:
    client = here.client()
    status = CommitStatus(sha=here.pull.head_sha, state="success", description="ok", first=True)
    assert client.perform(status).changed
    assert client.calls == 1


def test_a_first_status_whose_answer_was_lost_is_posted_once(here: Hub) -> None:
    here.fake.fail(Fault.lost(), operation="repos/create-commit-status")
    status = CommitStatus(sha=here.pull.head_sha, state="success", description="ok", first=True)
    assert here.client().perform(status).changed
    assert len(here.repo.statuses_of(here.pull.head_sha)) == 1
