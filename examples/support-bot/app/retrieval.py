"""A folder of articles → the passages that fit a question best, by BM25. Never calls a model.

The ranking function is Okapi BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond" (2009), with the inverse document frequency ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

K1 = 1.2
B = 0.75

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about after all am an and any are as at be been before but by can could did do does for from get
        go has have how i if in into is it its just me much must my no not now of off on one or our out
        please should so some still than that the their them then there they this to up us want was we
        what when where which who will with would you your
        """,
    )
)
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ed|es|(?<!s)s|e)$")


@dataclass(frozen=True)
class Passage:
    """One paragraph of an article. `id` is `folder/article#paragraph`, counted from 1; `title` is the article's."""

    id: str
    title: str
    text: str

    @property
    def article(self) -> str:
        """`folder/article`."""
        return self.id.partition("#")[0]

    @property
    def topic(self) -> str:
        """The folder that the article lies in."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class Found:
    """A passage with its BM25 score and its place in the ranking, counted from 1."""

    passage: Passage
    score: float
    rank: int


def tokens(text: str) -> list[str]:
    """The stems of the words and numbers in a text, in lower case and without stop words."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    return [stem(word) for word in words if word not in _STOP_WORDS]


def stem(word: str) -> str:
    """The word without its ending, so that "arrive", "arrives", "arrived" and "arriving" are one. Crude, but small."""
    word = re.sub(r"(?<=\w\w)ies$", "y", word)
    ending = _ENDING.search(word)
    if ending is None:
        return word
    shorter = word[: ending.start()]
    return re.sub(r"(\w)\1$", r"\1", shorter) if ending.group() in {"ing", "ed"} else shorter


def read_passages(folder: Path) -> tuple[Passage, ...]:
    """Every `folder/topic/article.md` → its paragraphs, in the order of their ids. The first line is the title."""
    passages: list[Passage] = []
    for file in sorted(folder.glob("*/*.md")):
        title, *paragraphs = [part.strip() for part in file.read_text("utf-8").split("\n\n") if part.strip()]
        article = file.relative_to(folder).with_suffix("").as_posix()
        passages.extend(
            Passage(id=f"{article}#{number}", title=title.lstrip("# "), text=" ".join(text.split()))
            for number, text in enumerate(paragraphs, start=1)
        )
    return tuple(passages)


class Index:
    """The passages, made ready for search. A passage is indexed with the title of its article."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self._counts = [Counter(tokens(f"{passage.title} {passage.text}")) for passage in self.passages]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean_length = sum(self._lengths) / max(1, len(self._lengths))
        self._holders = Counter(term for counts in self._counts for term in counts)

    def weight(self, term: str) -> float:
        """How much a term tells: its inverse document frequency, largest for a term that stands nowhere."""
        holders = self._holders[term]
        return math.log(1 + (len(self.passages) - holders + 0.5) / (holders + 0.5))

    def search(self, question: str, *, limit: int = 3) -> list[Found]:
        """The best passages, best first; equal scores in the order of their ids. Without a common word: none."""
        terms = set(tokens(question))
        scored = [(self._score(place, terms), passage) for place, passage in enumerate(self.passages)]
        ranked = sorted(
            ((score, passage) for score, passage in scored if score > 0),
            key=lambda pair: (-round(pair[0], 9), pair[1].id),
        )
        return [Found(passage, score, rank) for rank, (score, passage) in enumerate(ranked[:limit], start=1)]

    def _score(self, place: int, terms: set[str]) -> float:
        counts = self._counts[place]
        norm = K1 * (1 - B + B * self._lengths[place] / self._mean_length)
        return sum(
            self.weight(term) * counts[term] * (K1 + 1) / (counts[term] + norm) for term in sorted(terms)
        )
