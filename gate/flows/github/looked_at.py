"""An order to accept → whether it means the head as it is: what was looked at is what is accepted, and nothing newer."""

from collections.abc import Sequence

from gate.flows.github.asked import Asked
from gate.host.command import Unclear
from gate.model.effect import COMMENT_LIMIT, Amendment, Reaction
from gate.model.hosting import Comment
from gate.model.report import Step
from gate.render.accepted import AcceptedNote, with_note
from gate.render.markdown import comment_head, comment_marker
from gate.render.replies import Reply, short
from gate.render.words import Message, Name


def refuse_fork(asked: Asked) -> Reply:
    """Nothing can be pushed to a fork, what its run recorded is its own word, and its head brings no baseline."""
    words = (
        "This pull request comes from a fork, where nothing can be pushed, and what its run recorded could be forged. "
        "It brings no new baseline that could be accepted. There are two ways."
    )
    local = Step(
        text="Accept in a checkout of its branch, commit the file and push it to the fork; then somebody who may write here "
        "accepts it as it is, with /gate accept and that commit",
        command="gate accept",
    )
    return Reply(words=(words,), steps=(local, way_to_confirm(asked)))


def way_to_confirm(asked: Asked) -> Step:
    """How the numbers of a fork's commit become a run of one's own."""
    number = asked.pull.number
    return Step(
        text="Read the change, bring its commit into a branch of this repository, open a pull request from that, and accept "
        "there what its run records",
        command=f"gh pr checkout {number} && git push origin HEAD:accept-{number}",
    )


def refuse_unclear(unclear: Unclear) -> Reply:
    """What is wrong with the words behind an accept."""
    near = (" Did you mean ", Name(unclear.near), "?") if unclear.near else ()
    return Reply(words=("Nothing was accepted: ", Message(unclear.problem), ".", *near))


def refuse_head(asked: Asked, comments: Sequence[Comment]) -> Reply | None:
    """The head must be the one that was looked at: the sha that was written, or else the one that our comment shows."""
    head, order = asked.pull.head_sha, asked.order
    exactly = (Step(text="If that is the commit that you looked at", command=f"/gate accept {head[:7]}"),)
    if order.sha:
        if head.startswith(order.sha):
            return None
        return Reply(
            words=("The head is ", short(head), " now, and not ", short(order.sha), "."), steps=exactly
        )
    ours = sticky(asked, comments)
    shown = comment_head(ours.body) if ours is not None else ""
    written = next((each.created_at for each in comments if each.id == asked.comment.id), "")
    if ours is None or shown != head:
        what = ("our comment shows ", short(shown)) if shown else ("no comment of ours shows any commit",)
        return Reply(words=("The head is ", short(head), ", and ", *what, "."), steps=exactly)
    if not written or ours.updated_at >= written:
        return Reply(words=("Our comment was brought up to date after you wrote yours.",), steps=exactly)
    return None


def sticky(asked: Asked, comments: Sequence[Comment]) -> Comment | None:
    """Our comment on the check; one that only looks like it is somebody else's."""
    marker = comment_marker(asked.desk.inputs.status)
    return next((each for each in comments if each.ours and each.body.lstrip().startswith(marker)), None)


def amended(asked: Asked, comments: Sequence[Comment], *, note: AcceptedNote) -> Amendment | None:
    """Our comment with a word on the accept on its top; None where there is no such comment, or no room in it."""
    ours = sticky(asked, comments)
    order = next((each for each in comments if each.id == asked.comment.id), None)
    if ours is None or order is None or not (ours.node and order.node):
        return None
    body = with_note(ours.body, note)
    reaction = Reaction(comment_id=order.id, content="rocket")
    if len(body) > COMMENT_LIMIT:
        return None
    return Amendment(node=ours.node, body=body, reaction_node=order.node, reaction=reaction)
