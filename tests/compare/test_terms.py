"""What the tags tell apart, each part once and under the fewest terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.compare.terms import Parts, conditions, mask_of, places_of

TAGS = [{"lang": "de" if i % 2 else "en", "kind": f"k{i % 3}"} for i in range(12)]


def told(tags: list[dict[str, str]], *, fewest: int = 1, most: int = 1_000) -> list[set[str]]:
    terms = conditions(tags)
    return [
        {str(terms[place][0]) for place in part.terms}
        for part in Parts(terms, cases=len(tags), fewest=fewest, most=most)
    ]


@given(st.sets(st.integers(0, 300)))
def test_a_set_of_cases_is_a_number_and_back(places: set[int]) -> None:
    assert places_of(mask_of(sorted(places))) == sorted(places)


def test_single_terms_come_before_pairs_and_no_tag_stands_twice_in_one() -> None:
    parts = told(TAGS)
    assert parts[:5] == [{"kind=k0"}, {"kind=k1"}, {"kind=k2"}, {"lang=de"}, {"lang=en"}]
    assert {"kind=k1", "lang=de"} in parts
    assert len(parts) == 5 + 6


def test_three_terms_and_no_more() -> None:
    tags = [{name: str(i >> place & 1) for place, name in enumerate("abcd")} for i in range(16)]
    assert max(map(len, told(tags))) == 3


def test_the_same_cases_come_by_once_under_the_fewest_terms() -> None:
    tags = [{"lang": "de", "country": "at"} if i < 6 else {"lang": "en"} for i in range(12)]
    assert told(tags) == [{"country=at"}, {"lang=en"}]


def test_parts_that_are_nearly_nothing_or_nearly_all_are_left_out() -> None:
    tags = [{"kind": "rare"}] * 2 + [{"kind": "usual"}] * 10
    assert told(tags, fewest=3) == []


def test_a_tag_of_numbers_is_cut_at_its_quartiles() -> None:
    terms = [str(term) for term, _ in conditions([{"turns": str(i)} for i in range(1, 13)])]
    assert terms == [
        "turns<=3",
        "turns<=6",
        "turns<=9",
        "3<turns<=6",
        "6<turns<=9",
        "turns>3",
        "turns>6",
        "turns>9",
    ]


def test_a_few_numbers_are_values_like_others() -> None:
    assert [str(term) for term, _ in conditions([{"level": str(i % 3)} for i in range(9)])] == [
        "level=0",
        "level=1",
        "level=2",
    ]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=8, max_size=30))
def test_a_range_holds_for_the_cases_that_it_was_cut_from(numbers: list[float]) -> None:
    tags = [{"size": repr(number)} for number in numbers]
    for term, mask in conditions(tags):
        assert [place for place, own in enumerate(tags) if term.holds(own)] == places_of(mask)


@pytest.mark.parametrize("most", [5, 8])
def test_where_there_are_too_many_the_longest_are_left_out_and_that_is_said(most: int) -> None:
    terms = conditions(TAGS)
    parts = Parts(terms, cases=len(TAGS), fewest=1, most=most)
    assert len(list(parts)) == most
    assert not parts.complete


def test_the_tag_that_clusters_are_made_of_makes_no_part() -> None:
    assert conditions([{"talk": "t1"}], without="talk") == []
