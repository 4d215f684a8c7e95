"""The sentence on where a drop is concentrated: one a metric, and none that a slice tells already."""

from typing import Any

from gate.model.segment import Search, Segment, Term
from gate.model.verdict import Kind, SuiteVerdict, Verdict
from gate.render.concentrated import concentrated, segments_of
from gate.render.words import Message, Name, Strong, Words
from tests.render.reports import make_diff, make_segment, make_verdict, regressed_diff, slice_diff

REFUND = Term(tag="category", value="refund")


def verdict_of(*segments: Segment, suites: int = 1, **fields: Any) -> Verdict:
    given: dict[str, Any] = {
        "kind": Kind.REGRESSED,
        "diffs": (regressed_diff(),),
        "search": Search(segments=segments, combinations=40),
        "cases": 120,
        **fields,
    }
    return make_verdict(
        tuple(
            SuiteVerdict(
                suite=f"s{place}",
                **{
                    **given,
                    "diffs": tuple(d.model_copy(update={"suite": f"s{place}"}) for d in given["diffs"]),
                },
            )
            for place in range(suites)
        )
    )


def plain(words: Words) -> str:
    return "".join(part.text if isinstance(part, Name | Message | Strong) else part for part in words)


def test_it_says_which_cases_and_how_many_of_them_and_of_the_others() -> None:
    (words,) = concentrated(verdict_of(make_segment()))
    assert plain(words) == (
        "exact_match got worse where category=refund and turns>3: "
        "12 of 13 cases there (0.95 \u2192 0.08), 5 of the 107 others."
    )


def test_every_name_in_it_is_foreign_text() -> None:
    (words,) = concentrated(verdict_of(make_segment(Term(tag="<b>", value="|")), suites=1))
    assert Name("<b>=|") in words


def test_where_there_are_several_suites_it_names_its_own() -> None:
    assert [plain(words)[:20] for words in concentrated(verdict_of(make_segment(), suites=2))] == [
        "exact_match of s0 go",
        "exact_match of s1 go",
    ]


def test_of_one_metric_only_the_surest_is_told() -> None:
    other = make_segment(Term(tag="lang", value="de"))
    (words,) = concentrated(verdict_of(make_segment(), other))
    assert "turns>3" in plain(words)


def test_what_a_slice_that_regressed_says_is_not_said_again() -> None:
    told = make_segment(REFUND)
    assert concentrated(verdict_of(told, slices=(slice_diff(),))) == []
    assert concentrated(verdict_of(told, slices=(slice_diff(kind=Kind.INCONCLUSIVE),))) != []
    assert concentrated(verdict_of(make_segment(), slices=(slice_diff(),))) != []


def test_of_a_metric_that_passes_only_a_part_that_dropped_gravely_is_told() -> None:
    passing = (make_diff(must_catch=0.05),)
    assert concentrated(verdict_of(make_segment(drop=0.04), diffs=passing)) == []
    assert concentrated(verdict_of(make_segment(drop=0.3), diffs=passing)) != []


def test_without_a_segment_nothing_is_said() -> None:
    assert concentrated(verdict_of()) == []


def test_with_its_metric_every_part_is_told_but_what_a_slice_that_regressed_says() -> None:
    segments = (make_segment(REFUND), make_segment(), make_segment(metric="other"))
    verdict = verdict_of(*segments, slices=(slice_diff(),))
    (words,) = segments_of(verdict.suites[0].diffs[0], verdict)
    assert "turns>3" in plain(words)
    unsliced = verdict_of(*segments)
    assert len(segments_of(unsliced.suites[0].diffs[0], unsliced)) == 2
