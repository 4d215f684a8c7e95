"""Foreign text of any length → what the page's data may hold of it: no secret, nothing hidden, cut where it is endless."""

from collections.abc import Collection
from functools import lru_cache

from pydantic import JsonValue

from gate.model.redaction import redact, redacted
from gate.render import escape
from gate.render.excerpts import value_text

MOST_CHARACTERS = 50_000  # of one text; what is longer is not read on a page
_TAB_PICTURE = "\u2409"


class Texts:
    """How texts are written. `secrets` are blotted out first: what is cut or cleaned would not be found any more."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = secrets
        # Passages, questions and names come again in draw after draw.
        self.text = lru_cache(maxsize=10_000)(self._text)

    def maybe(self, text: str | None) -> str | None:
        """The text; it may be missing."""
        return None if text is None else self.text(text)

    def value(self, value: JsonValue) -> str:
        """A value as JSON, a text as it is."""
        return self.text(
            value if isinstance(value, str) else value_text(redacted(value, secrets=self._secrets))
        )

    def _text(self, text: str) -> str:
        """Lines as they are; controls as pictures, but for tabs; hidden characters named at the end."""
        text = redact(text, secrets=self._secrets)
        if len(text) <= MOST_CHARACTERS and text.isascii() and text.replace("\n", "").isprintable():
            return text  # what cleaning would leave as it is, as most texts are
        clean = escape.clean(text, limit=MOST_CHARACTERS, newline="\n").replace(_TAB_PICTURE, "\t")
        return redact(
            clean, secrets=self._secrets
        )  # a hidden character can have kept a secret from being found
