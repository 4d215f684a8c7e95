"""Shown: what is sent for a case, or asked of a judge, told to a person exactly as it goes out."""

from pydantic import Field, JsonValue

from gate.model.base import Noun

BOUNDARY = "BOUNDARY"  # stands for the random boundary of a judge's material


class Shown(Noun):
    """One message to the outside.

    `what` says what it is ("a call of app.py:answer"), `parts` are its parts by name, in their order: texts as they are
    sent, anything else as JSON. `note` says what of it is another each time. Hostile text like all that a case holds.
    """

    what: str
    parts: dict[str, JsonValue] = Field(default_factory=dict)
    note: str = ""
