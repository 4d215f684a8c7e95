"""Feedback: what a user said of an answer that they were given in production. Never of an answer that came later."""

import re
from typing import Literal

from pydantic import Field

from gate.model.base import Noun

_BEGINNING = 300  # characters: who corrects says so at once
_MIDDLE = 3  # of the stars
_TYPOGRAPHY = str.maketrans({"\u2019": "'", "\u2013": "-", "\u2014": "-"})
# "No, thanks" and "No, that's all" decline an offer; "No, the big one" corrects.
_POLITE = (
    r"thank|thx|problem|worr|need\b|nothing|bye|(?:more|other|further) questions"
    r"|(?:that'?s|that is|this is|it'?s) (?:all|it|fine|ok|okay|good|great|perfect)\b"
    r"|(?:i'm|i am|we're|we are|all) (?:good|fine|ok|okay|set|done)\b|i (?:don't|do not) (?:need|have)\b"
)
_CORRECTION = re.compile(
    rf"^\s*(?:no|nope|nah)(?:\s*[,.!;:-]+\s*|\s+(?=(?:i|it|the|that|this|you|my|not)\b))(?!{_POLITE})\w"
    r"|^\s*(?:wrong|incorrect|false|not true|actually,? no)\b"
    r"|\b(?:that|this|it)(?:'s| is| was) (?:just |simply |completely |totally )?"
    r"(?:wrong|incorrect|false|not (?:right|correct|true|it\b|what))"
    r"|\bi (?:meant|was asking|was talking about)\b"
    r"|\bnot what i (?:asked|meant|said|wanted|need)"
    r"|\bi (?:didn't|did not|never) (?:ask|mean|say|said)\b"
    r"|\byou (?:misunderstood|misread|got (?:it|that|this|me) wrong|did(?:n't| not) (?:answer|understand|read))\b"
    r"|^\s*(?:try|read (?:it|that|my (?:question|message))) again\b",
    re.IGNORECASE,
)

Mood = Literal["positive", "negative"]


class Feedback(Noun):
    """What the user did after the answer. Each part may be missing; a part that is missing is not known."""

    thumbs: Literal["up", "down"] | None = Field(default=None, description="Thumbs up or down.")
    rating: float | None = Field(default=None, ge=1, le=5, description="Stars from 1 to 5.")
    follow_up: str | None = Field(
        default=None, description="What the user said next; an empty text where nothing followed."
    )
    answer: str | None = Field(default=None, description="The answer that all of this is about.")

    @property
    def mood(self) -> Mood | None:
        """How it was taken; None where it tells nothing.

        Thumbs down, fewer than 3 stars or a correction is negative, whatever else was said; else thumbs up or more than
        3 stars is positive.
        """
        corrected = self.follow_up is not None and is_correction(self.follow_up)
        if self.thumbs == "down" or (self.rating is not None and self.rating < _MIDDLE) or corrected:
            return "negative"
        if self.thumbs == "up" or (self.rating is not None and self.rating > _MIDDLE):
            return "positive"
        return None


def is_correction(text: str) -> bool:
    """Whether a follow-up takes the answer back: "no, I meant …", "that's not what I asked", "wrong".

    By words at its beginning, in English. It misses a polite correction, and takes a few who mean well for one.
    """
    return _CORRECTION.search(text[:_BEGINNING].translate(_TYPOGRAPHY)) is not None
