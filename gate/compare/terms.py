"""Tags of cases → the conditions that a segment is made of, each with the set of the cases that it holds for.

A set of cases is a whole number: bit i stands for case i, so that a conjunction is one `&` and its size one count.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gate.model.segment import Term, number_of

MOST_TERMS = 3
_FEW_VALUES = 6  # of a tag, up to which each number is a value of its own
_QUARTERS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Part:
    """The cases for which all of some terms hold: which terms (by their numbers), which cases, how many."""

    terms: tuple[int, ...]
    mask: int
    size: int


class Parts:
    """The different parts of the cases that up to three terms tell apart, each with the fewest terms that tell it.

    Iterates over single terms, then pairs, then triples, in the order of tags and values. After that `examined` says how
    many combinations were looked at, and `complete` whether that was all: what comes last is left out first.
    """

    def __init__(self, conditions: Sequence[tuple[Term, int]], *, cases: int, fewest: int, most: int) -> None:
        self._conditions, self._fewest, self._most = conditions, fewest, most
        self._largest = cases - fewest
        self._seen: set[int] = set()  # hashes: the sets themselves would take hundreds of megabytes
        self.examined, self.complete = 0, True

    def __iter__(self) -> Iterator[Part]:
        level: list[tuple[int, ...]] = []
        for place in range(len(self._conditions)):
            part = self._part((), place, mask=-1)
            if part is not None:
                level.append(part.terms)
                yield part
        singles = [place for (place,) in level]
        for _ in range(1, MOST_TERMS):
            longer = []
            for terms in level:
                mask = self._mask(terms)
                for place in self._behind(terms, singles):
                    if self.examined >= self._most:
                        self.complete = False
                        return
                    part = self._part(terms, place, mask=mask)
                    if part is not None:
                        longer.append(part.terms)
                        yield part
            level = longer

    def _part(self, terms: tuple[int, ...], place: int, *, mask: int) -> Part | None:
        """The part with one term more; None where it is too small, too large, or known under fewer terms."""
        self.examined += 1
        mask &= self._conditions[place][1]
        size = mask.bit_count()
        if not self._fewest <= size <= self._largest or hash(mask) in self._seen:
            return None
        self._seen.add(hash(mask))
        return Part((*terms, place), mask, size)

    def _mask(self, terms: Iterable[int]) -> int:
        mask = -1
        for place in terms:
            mask &= self._conditions[place][1]
        return mask

    def _behind(self, terms: tuple[int, ...], singles: Sequence[int]) -> list[int]:
        """What may be added: each combination comes by once, and no tag twice in one."""
        last = self._conditions[terms[-1]][0].tag
        return [place for place in singles if place > terms[-1] and self._conditions[place][0].tag != last]


def conditions(tags: Sequence[Mapping[str, str]], *, without: str | None = None) -> list[tuple[Term, int]]:
    """Each term with its cases, in the order of tags and values. The tag `without` makes none.

    A tag of numbers with more than six different ones is cut at its quartiles.
    """
    holders: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, own in enumerate(tags):
        for tag, value in own.items():
            holders[tag][value].append(place)
    found = []
    for tag in sorted(holders.keys() - {without}):
        numbers = {value: number_of(value) for value in holders[tag]}
        known = {value: number for value, number in numbers.items() if number is not None}
        if len(known) == len(numbers) > _FEW_VALUES:
            found += _ranges(tag, [(known[value], place) for value in known for place in holders[tag][value]])
        else:
            found += [
                (Term(tag=tag, value=value), mask_of(holders[tag][value])) for value in sorted(holders[tag])
            ]
    return found


def mask_of(places: Sequence[int]) -> int:
    """The set of these cases."""
    marks = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        marks[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marks, "little")


def places_of(mask: int) -> list[int]:
    """The cases of a set, in their order."""
    return [place for place, bit in enumerate(bin(mask)[:1:-1]) if bit == "1"]


def _ranges(tag: str, numbered: Sequence[tuple[float, int]]) -> list[tuple[Term, int]]:
    """Up to each quartile, above each, and between two that follow one another."""
    ordered = sorted(number for number, _ in numbered)
    cuts = sorted({ordered[quarter * (len(ordered) - 1) // 4] for quarter in _QUARTERS} - {ordered[-1]})
    terms = [
        *(Term(tag=tag, most=cut) for cut in cuts),
        *(Term(tag=tag, above=low, most=high) for low, high in pairwise(cuts)),
        *(Term(tag=tag, above=cut) for cut in cuts),
    ]
    return [(term, mask_of([place for number, place in numbered if term.spans(number)])) for term in terms]
