"""Questions that nobody can stop once they are handed in → whether the budget surely has room for them. Asks nothing."""

import math
from collections.abc import Callable

from gate.model.ports import ModelRequest
from gate.model.reply import Usage
from gate.model.run import Trial
from gate.run.budget import Ledger, Need, paid_in, tokens_of

_BYTES_PER_TOKEN = (
    2  # English has four, code and other scripts fewer: so a prompt is rather taken for too long
)
_FRAME_TOKENS = 50  # what a request takes beside its texts


class Allowance:
    """What a plan has paid, and may hand in besides: each question at its longest answer.

    `cost_usd` is the price of a reply. `refusal` says which cap had no room for the first question that was not admitted.
    """

    def __init__(self, ledger: Ledger, *, cost_usd: Callable[[str, Usage], float | None]) -> None:
        self.refusal: str | None = None
        self._ledger, self._price = ledger, cost_usd
        self._calls, self._tokens, self._cost = 0, 0.0, 0.0

    def paid(self, trial: Trial) -> None:
        """What the plan has paid already, and the ledger does not know of yet."""
        self._calls += 1
        for each in paid_in(trial):
            self._tokens += tokens_of(each) or 0
            self._cost += each.cost_usd or 0

    def admits(self, request: ModelRequest) -> bool:
        """Whether there is room for one more; it is counted."""
        sent = _bytes(request) // _BYTES_PER_TOKEN + _FRAME_TOKENS
        cost = self._price(request.model, Usage(input_tokens=sent, output_tokens=request.max_tokens))
        need = Need(
            calls=self._calls + 1,
            tokens=self._tokens + sent + request.max_tokens,
            cost_usd=math.inf if cost is None else self._cost + cost,
        )
        why = self._ledger.shortage(need)
        if why is not None:
            unknown = (
                f"what {request.model} costs in a batch is not known, so that no cap on money can be held"
            )
            self.refusal = unknown if cost is None and "cost_usd" in why else f"in a batch {why}"
            return False
        self._calls, self._tokens, self._cost = need.calls, need.tokens or 0, self._cost + (cost or 0)
        return True


def _bytes(request: ModelRequest) -> int:
    texts = [request.system or "", *(message.content for message in request.messages)]
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
