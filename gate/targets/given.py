"""Case → the reply that was given for it beforehand: for those who judge replies and ask no application."""

from collections.abc import Mapping

from gate.model.case import Case
from gate.model.ports import NoOptions, Setting, Target
from gate.model.reply import Failure, Reply


class GivenTarget(Target):
    """Plays back `replies`, by case id; every draw of a case is the same reply."""

    def __init__(self, replies: Mapping[str, Reply], setting: Setting) -> None:
        super().__init__(NoOptions(), setting)
        self._replies = replies

    async def ask(self, case: Case) -> Reply | Failure:
        """Look it up."""
        return self._replies[case.id]
