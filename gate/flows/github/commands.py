"""A slash command → done, or why not. Nothing of the pull request is checked out, imported or executed for one.

comment ─ordered─► may they? ─► eyes ─► the pull request ─► accept │ run │ status │ explain │ help ─► rocket or confused

Who may give a command is asked before anything else is done. A reply is written only where it says something new.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gate.flows.github.accepting import accept
from gate.flows.github.answering import explain, status
from gate.flows.github.asked import Asked, Done
from gate.flows.github.authority import refusal, unanswered
from gate.flows.github.desk import Desk
from gate.flows.github.running_again import run
from gate.flows.github.telling import Teller
from gate.host.command import Order, Unclear, Verb, ordered
from gate.host.event import Command, Comment
from gate.host.github.failure import HostError
from gate.host.plan import of_command
from gate.host.process import undisturbed
from gate.model.authority import Authority
from gate.model.effect import COMMENT_LIMIT, Amendment, Effect, Reaction, ReplyComment
from gate.model.errors import EvaluationError, UserError
from gate.model.hosting import Permission
from gate.render.escape import log_safe, prose
from gate.render.problems import problems_text
from gate.render.replies import Reply, help_page, reply_page
from gate.render.words import Message, Name


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a command ended: what is replied (empty: nothing), what the log says, and the exit code."""

    done: bool
    line: str
    body: str = ""
    exit_code: int = 0
    amendment: Amendment | None = None


@dataclass(frozen=True, kw_only=True)
class Giver:
    """Who gives a command, and where."""

    desk: Desk
    comment: Comment
    permission: Permission


def commanded(desk: Desk, command: Command) -> int:
    """Do what the comment asks, and answer it.

    Returns 0 where it was answered, whatever the answer, and else the exit code of what went wrong on GitHub's side.
    """
    comment = command.comment
    order = ordered(comment.text)
    teller = Teller(runner=desk.runner, github=desk.github, secrets=desk.secrets)
    if order is None:
        teller.tell(of_command("the comment's first line gives no command to gate", exit_code=0))
        return 0
    answer = _permitted(desk, comment)
    if isinstance(answer, Permission):
        teller.tell([Reaction(comment_id=comment.id, content="eyes")])
        try:
            answer = _answered(Giver(desk=desk, comment=comment, permission=answer), order)
        except (
            BaseException
        ):  # a bug of ours, or a cancelled job: whoever waits for an answer is told that it ended
            with undisturbed():
                teller.tell([Reaction(comment_id=comment.id, content="confused")])
            raise
    desk.runner.notice(log_safe(answer.line))
    teller.tell(_effects(desk, comment, answer))
    return answer.exit_code


def _permitted(desk: Desk, comment: Comment) -> Permission | Answer:
    """What whoever wrote the comment may do here, or why they may give no command."""
    try:
        permission = desk.github.permission(comment.author)
    except UserError as error:  # a HostError is one, too
        body = reply_page(unanswered(comment.author, error))
        return Answer(done=False, body=body, line=problems_text(error.problems), exit_code=error.exit_code)
    reply = refusal(permission, Authority(), desk=desk)
    if reply is None:
        return permission
    line = f"{comment.author} has the role {permission.role}, which may give no command"
    return Answer(done=False, body=reply_page(reply), line=line)


def _answered(giver: Giver, order: Order | Unclear) -> Answer:
    if isinstance(order, Unclear):
        near = (" Did you mean ", Name(f"/gate {order.near}"), "?") if order.near else ()
        return Answer(
            done=False, body=help_page((Message(order.problem), ".", *near)), line=f"unclear: {order.problem}"
        )
    if order.verb == "help":
        return Answer(done=True, body=help_page(), line="the commands were told")
    try:
        giver.desk.refuse_wrong_inputs()
        pull = giver.desk.github.pull_request(giver.comment.number)
        came = _DOES[order.verb](Asked(**vars(giver), order=order, pull=pull))
    except (UserError, EvaluationError) as error:
        return _failed(error, order.verb)
    if isinstance(came, Reply):
        return Answer(
            done=False, body=reply_page(came), line=f"/gate {order.verb} was refused: see the reply"
        )
    return Answer(done=True, body=came.body, line=came.line, amendment=came.amendment)


def _failed(error: UserError | EvaluationError, verb: Verb) -> Answer:
    """What is the user's to mend is answered; that GitHub could not be asked is a failure of the job besides."""
    problems = error.problems if isinstance(error, UserError) else ()
    why = (".",) if problems else (": ", Message(str(error)), ".")
    reply = Reply(words=(Name(f"/gate {verb}"), " could not be done", *why), problems=problems)
    code = error.exit_code if isinstance(error, HostError) and error.passing else 0
    line = problems_text(problems) if problems else str(error)
    return Answer(done=False, body=reply_page(reply), line=line, exit_code=code)


def _effects(desk: Desk, comment: Comment, answer: Answer) -> list[Effect]:
    effects: list[Effect] = []
    if answer.body and not _is_said(desk, comment, answer.body):
        effects.append(
            ReplyComment(number=comment.number, body=answer.body[:COMMENT_LIMIT], answers=comment.id)
        )
    reaction = Reaction(comment_id=comment.id, content="rocket" if answer.done else "confused")
    effects.append(answer.amendment or reaction)
    return [*effects, *of_command(prose(" ".join(answer.line.split())), exit_code=answer.exit_code)]


def _is_said(desk: Desk, comment: Comment, body: str) -> bool:
    """Whether we have said just that here before; where it cannot be seen, no."""
    try:
        return any(
            each.ours and each.body.strip() == body.strip() for each in desk.github.comments(comment.number)
        )
    except HostError:
        return False


_DOES: Mapping[Verb, Callable[[Asked], Done | Reply]] = {
    "accept": accept,
    "run": run,
    "status": status,
    "explain": explain,
}
