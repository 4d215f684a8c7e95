"""Trials and calls → whether a run goes on: it stops where a cap is reached, or where every call would be refused."""

from typing import Literal

from gate.model.reply import Failure
from gate.model.run import Stopped, Trial
from gate.run.budget import Ledger
from gate.run.refusals import Refusals
from gate.run.tab import Tab


class Brake:
    """Stops one run of `total` trials. `stopped` says why, once it did; how many trials are left it doesn't know."""

    def __init__(self, ledger: Ledger, *, total: int) -> None:
        self.stopped: Stopped | None = None
        self._ledger = ledger
        self._target = Refusals(total=total)
        self._judge = Refusals(total=total, who="the model of a judge")
        self._tabs: set[Tab] = set()

    def tab(self) -> Tab:
        """A tab for a trial that starts."""
        tab = Tab(self._ledger)
        self._tabs.add(tab)
        return tab

    def heed(self, trial: Trial | None, tab: Tab) -> bool:
        """A trial ended (None: the budget denied it); whether what is still under way is to be cut off."""
        self._tabs.discard(tab)
        if tab.denied:
            self.spend_no_more()
        refusal = None if trial is None or tab.denied else self._target.hear(_of_target(trial))
        for judged in tab.judged:
            refusal = refusal or self._judge.hear(judged)
        if refusal is None or self.stopped is not None:
            return False
        self._stop("target", refusal)
        return True

    def spend_no_more(self) -> None:
        """A cap is reached: nothing is started any more, what waits need wait no longer, and calls in flight go on."""
        refusal = self._ledger.refusal()
        if refusal is None or self.stopped is not None:
            return
        self._stop("budget", f"{refusal}; mend the budget, and the same command goes on from here")
        for tab in self._tabs:
            tab.stop(refusal)

    def halt(self, reason: Literal["budget", "target"], message: str) -> None:
        """The run ends for a reason that was found elsewhere, unless it has ended for another."""
        if self.stopped is None:
            self._stop(reason, message)

    def _stop(self, reason: Literal["budget", "target"], message: str) -> None:
        self.stopped = Stopped(reason=reason, message=message, left=0)


def _of_target(trial: Trial) -> Failure | None:
    if trial.reply is not None:
        return None
    return next((failure for failure in trial.failures if failure.stage == "target"), None)
