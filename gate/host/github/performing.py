"""Effect → done, once: what may have happened is looked for before it is done again. It writes no word of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from gate.host.github.comments import Comments, comment_of
from gate.host.github.failure import HostError, Task
from gate.model.effect import Amendment, CommitStatus, Reaction, ReplyComment, StickyComment
from gate.model.hosting import Comment, Performed, PostedStatus

_COMMENTS, _STATUSES = "pull-requests: write", "statuses: write"
_VANISHED = {404, 410}
_AMEND = (
    "mutation($comment: UpdateIssueCommentInput!, $reaction: AddReactionInput!) { updateIssueComment(input: $comment) "
    "{ clientMutationId } addReaction(input: $reaction) { clientMutationId } }"
)


class Performing(Comments):
    """Writing comments, statuses and reactions."""

    def perform(
        self, effect: StickyComment | ReplyComment | CommitStatus | Reaction | Amendment
    ) -> Performed:
        """Do what an effect says, where it is not so already.

        Raises:
            HostError: refused, or not known to have happened.
        """
        match effect:
            case StickyComment():
                return self._stick(effect)
            case ReplyComment():
                return self._reply(effect)
            case CommitStatus():
                return self._set_status(effect)
            case Reaction():
                return self._react(effect)
            case Amendment():
                return self._amend(effect)

    def statuses(self, sha: str) -> tuple[PostedStatus, ...]:
        """The newest status of each context on a commit, sorted by context.

        Raises:
            HostError: they may not be read.
        """
        task = Task(doing=f"reading the statuses of {sha[:12]}", needs="statuses: read")
        listed = self._wire.pages(task, self._at("commits", sha, "statuses"), parse=_statuses)
        newest = {status.context: status for status in reversed(listed)}
        return tuple(newest[context] for context in sorted(newest))

    def _stick(self, effect: StickyComment) -> Performed:
        """Look, then update or create; where a creation may have happened, or what was found is gone, look again."""
        for last in (False, False, True):
            mine = self.sticky(effect.number, marker=effect.marker)
            try:
                if mine:
                    return self._settle(mine, effect.body)
                if not effect.create:
                    return Performed(changed=False)
                created = self._post(effect.number, effect.body)
                return self._converged(effect, created)
            except HostError as error:
                vanished = bool(mine) and error.status in _VANISHED
                if last or not (error.unsure or vanished):
                    raise
        raise AssertionError  # the last attempt returned or raised

    def _converged(self, effect: StickyComment, created: Comment) -> Performed:
        """A job beside ours may have found no comment either, and written one: then the oldest stays."""
        try:
            mine = self.sticky(effect.number, marker=effect.marker)
            if len(mine) > 1:
                return self._settle(mine, effect.body)
        except HostError:
            pass  # ours is there; whoever comes next sees the other one too
        return Performed(changed=True, url=created.url)

    def _settle(self, mine: Sequence[Comment], body: str) -> Performed:
        """The oldest gets the text and the later ones go, so that all who do this at once keep the same one."""
        oldest, *later = mine
        same = _normal(oldest.body) == _normal(body)
        if not same:
            task = Task(doing="updating our comment", needs=_COMMENTS)
            self._wire.send("PATCH", task, self._at("issues", "comments", oldest.id), body={"body": body})
        for each in later:
            self._delete(each)
        return Performed(changed=not same or bool(later), url=oldest.url)

    def _delete(self, comment: Comment) -> None:
        task = Task(doing="deleting the comment of ours that stands there twice", needs=_COMMENTS)
        try:
            self._wire.send("DELETE", task, self._at("issues", "comments", comment.id))
        except HostError as error:
            if error.status not in _VANISHED:
                raise

    def _reply(self, effect: ReplyComment) -> Performed:
        """After a lost answer, an equal comment of ours that is younger than the one it answers is this one."""
        for last in (False, False, True):
            try:
                return Performed(changed=True, url=self._post(effect.number, effect.body).url)
            except HostError as error:
                if last or not error.unsure:
                    raise
            for found in self.comments(effect.number):
                if found.ours and found.id > effect.answers and _normal(found.body) == _normal(effect.body):
                    return Performed(changed=True, url=found.url)
        raise AssertionError  # the last attempt returned or raised

    def _post(self, number: int, body: str) -> Comment:
        task = Task(doing=f"writing a comment on pull request {number}", needs=_COMMENTS)
        path = self._at("issues", number, "comments")
        posted = self._wire.post_once(task, path, body={"body": body}, parse=comment_of)
        self._login = posted.login  # whose token this is need not be asked now
        return posted

    def _set_status(self, effect: CommitStatus) -> Performed:
        """Where it cannot be seen what is there, it is posted: a status that is left pending blocks for ever."""
        wanted = {"state": effect.state, "description": effect.description, "target_url": effect.target_url}
        task = Task(doing=f"posting the status {effect.context} on {effect.sha[:12]}", needs=_STATUSES)
        path = self._at("statuses", effect.sha)
        if not effect.first and self._shows(effect, wanted):
            return Performed(changed=False, url=effect.target_url)
        body = {key: value for key, value in wanted.items() if value} | {"context": effect.context}
        for last in (False, False, True):
            try:
                self._wire.post_once(task, path, body=body, parse=lambda data: data["id"])
                break
            except HostError as error:
                if last or not error.unsure:
                    raise
            if self._shows(effect, wanted):
                break
        return Performed(changed=True, url=effect.target_url)

    def _shows(self, effect: CommitStatus, wanted: Mapping[str, str]) -> bool:
        try:
            there = [status for status in self.statuses(effect.sha) if status.context == effect.context]
        except HostError:
            return False
        return any(status.model_dump(include=set(wanted)) == wanted for status in there)

    def _react(self, effect: Reaction) -> Performed:
        """GitHub keeps one reaction of a kind from each account, however often it is sent. Its answer names the account."""
        task = Task(doing="reacting to the comment", needs=_COMMENTS)
        path = self._at("issues", "comments", effect.comment_id, "reactions")
        made = self._wire.send("POST", task, path, body={"content": effect.content})
        self._login = str((made.get("user") or {}).get("login") or "") or self._login
        return Performed(changed=True)

    def _amend(self, effect: Amendment) -> Performed:
        """Where the text cannot be written, the reaction is made all the same: somebody waits for it."""
        task = Task(doing="updating our comment", needs=_COMMENTS)
        reaction = {"subjectId": effect.reaction_node, "content": effect.reaction.content.upper()}
        variables = {"comment": {"id": effect.node, "body": effect.body}, "reaction": reaction}
        try:
            self._wire.graphql(task, _AMEND, variables=variables, parse=lambda data: data["addReaction"])
        except HostError:
            self._react(effect.reaction)
            raise
        return Performed(changed=True)


def _statuses(data: Sequence[Mapping[str, Any]]) -> list[PostedStatus]:
    return [
        PostedStatus(
            context=each["context"],
            state=each["state"],
            description=each.get("description") or "",
            target_url=each.get("target_url") or "",
            creator=(each.get("creator") or {}).get("login", ""),
        )
        for each in data
    ]


def _normal(body: str) -> str:
    """A comment as GitHub may keep it: other line ends, no blanks around."""
    return body.replace("\r\n", "\n").strip()
