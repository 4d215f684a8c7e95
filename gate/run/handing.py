"""Questions → batches at the provider. Never hands in twice what may have arrived."""

from collections.abc import Iterator, Mapping, Sequence

from gate.model.batch import BatchError
from gate.model.ports import ModelRequest
from gate.model.quantity import counted
from gate.run.allowance import Allowance
from gate.run.outbox import Pending
from gate.run.post import Draw, Post

_NEAR_S = 600.0  # within so much of its announcement a batch whose name was never heard was made, whoever's clock it is


async def hand_in(post: Post, missing: Sequence[Draw], *, allowance: Allowance) -> bool:
    """Hand in as many questions as the budget surely allows; whether there was any.

    Raises:
        BatchError: a batch could not be made.
    """
    sent = False
    for part in _parts(post, missing, allowance):
        await _create(post, part)
        sent = True
    return sent


async def identify(post: Post) -> None:
    """Look for what was announced when its process ended.

    Raises:
        BatchError: the provider does not say.
    """
    for pending in post.outbox.pending():
        if not pending.batch:

            async def attempt(pending: Pending = pending) -> list[str]:
                return await _found(post, pending)

            found = await post.patiently(attempt)
            post.outbox.named(pending, found)
            if found:
                post.say(f"batch {', '.join(found)} may be the one whose name was not heard")


def _parts(
    post: Post, missing: Sequence[Draw], allowance: Allowance
) -> Iterator[list[tuple[Draw, ModelRequest]]]:
    part: list[tuple[Draw, ModelRequest]] = []
    size = 0
    for case, index in missing:
        request = post.plan.target.request(case)
        if request is None:
            raise TypeError(f"the target is not one question for case {case.id!r}")
        if not allowance.admits(request):
            break
        length = len(repr(request))
        full = len(part) >= post.batching.most or size + length > post.batching.most_bytes
        if part and full:
            yield part
            part, size = [], 0
        part.append(((case, index), request))
        size += length
    if part:
        yield part


async def _create(post: Post, part: list[tuple[Draw, ModelRequest]]) -> None:
    pending = post.outbox.announce(count=len(part))
    questions = {pending.name(case, index): request for (case, index), request in part}
    found = await _created(post, questions, pending)
    post.outbox.named(pending, found)
    post.made.update(found)
    post.under_way += found
    post.say(
        f"batch {', '.join(found)} with {counted(len(part), 'question')} is handed in; it takes minutes, at the most 24 hours, "
        "and goes on there if you stop here: the same command then waits for it"
    )


async def _created(post: Post, questions: Mapping[str, ModelRequest], pending: Pending) -> list[str]:
    """Hand in, once. Where it is not known whether that worked, what the provider has decides it."""
    doubt = False

    async def attempt() -> list[str]:
        nonlocal doubt
        if doubt and (found := await _found(post, pending)):
            return found
        try:
            return [(await post.door.create(questions)).id]
        except BatchError as error:
            doubt = doubt or error.doubtful
            raise

    try:
        return await post.patiently(attempt)
    except BatchError:
        if not doubt:
            post.outbox.over(pending)
        raise


async def _found(post: Post, pending: Pending) -> list[str]:
    """The batches that may be the one that was announced. Which it is, its results tell: the rest answers nothing."""
    known = {each.batch for each in post.outbox.pending()}
    return [
        batch.id
        for batch in await post.door.since(pending.since - _NEAR_S)
        if batch.total == pending.count and batch.made <= pending.since + _NEAR_S and batch.id not in known
    ]
