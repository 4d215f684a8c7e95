"""Asked and Done: an order with all that it is about, and what became of it."""

from dataclasses import dataclass

from gate.flows.github.desk import Desk
from gate.host.command import Order
from gate.host.event import Comment
from gate.model.change import PullRequest
from gate.model.effect import Amendment
from gate.model.hosting import Permission
from gate.render.replies import Reply
from gate.render.words import Name


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An order by somebody who may give one, and the pull request as it was when the order was taken up."""

    desk: Desk
    permission: Permission
    comment: Comment
    order: Order
    pull: PullRequest


@dataclass(frozen=True, kw_only=True)
class Done:
    """It was done. `body` is what is replied (empty: nothing new is to be said), `line` what the log says.

    `amendment` is what our comment says from now on, with the reaction to the order.
    """

    line: str
    body: str = ""
    amendment: Amendment | None = None


def refuse_closed(asked: Asked) -> Reply | None:
    """Why nothing is done for a pull request that is over."""
    if asked.pull.state == "open":
        return None
    return Reply(words=("This pull request is ", Name(asked.pull.state), ", so there is nothing to do."))
