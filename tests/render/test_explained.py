"""The page of an explanation, in both media: what it tells, and that foreign text in it stays text."""

import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from gate.model.case import Context
from gate.model.explanation import (
    CaseStory,
    Changed,
    Draw,
    Dropped,
    Explanation,
    Failing,
    Feature,
    Values,
)
from gate.model.reply import Failure
from gate.model.report import Revision
from gate.model.segment import Term
from gate.model.verdict import CaseChange, Kind
from gate.render.blocks import as_markdown, as_terminal
from gate.render.escape import width
from gate.render.explained import explained
from tests.render.golden import assert_golden
from tests.render.hostile import CORPUS
from tests.render.reports import make_segment, regressed_diff

SIDES = {"head": Revision(label="h"), "base": Revision(label="b")}


def whole(text: str | None = None) -> Explanation:
    """A verdict that is explained; with a text, every foreign one is this."""
    changes = tuple(
        CaseChange(text or f"refund-{place:03}", "exact_match", 1.0, 0.0, worse=True, confirmed=place < 2)
        for place in range(12)
    )
    dropped = Dropped(
        diff=regressed_diff(metric=text or "exact_match", suite=text or "support"),
        searched=True,
        findings=(text or "exact_match in support got worse by 13.2 points; allowed: 2 points",),
        segments=(make_segment(Term(tag=text, value=text)) if text else make_segment(),),
        features=(Feature(name=text or "refused=yes", n=14, worse=12, others=106, others_worse=5, p=0.0002),),
        worse=changes,
    )
    changed = Changed(
        suite=text or "support",
        target=(text or "prompts/answer.md",),
        attribution=(
            text
            or "exact_match got worse in support and held on recorded passages in written: attributed to retrieval",
        ),
        failures=(Failing(kind=text or "timeout", before=0, trials_before=600, now=3, trials_now=120),),
        combinations=84,
    )
    return Explanation(
        verdict=Kind.REGRESSED,
        head=Revision(label=text or "results.json"),
        base=Revision(label=text or "baselines/support.json"),
        metrics=(dropped,),
        changed=(changed,),
    )


def story(text: str | None = None, *, draws: int = 2) -> Explanation:
    said = text or "The passages say 30 days."
    draw = Draw(
        index=0,
        output=said,
        contexts=(Context(id=text or "p1", text=said),),
        explanations={text or "exact_match": said},
    )
    failed = Draw(index=1, failures=(Failure(stage="target", kind=text or "timeout", message=said),))
    case = CaseStory(
        suite=text or "support",
        case_id=text or "refund-017",
        place=text or "cases/support.jsonl:17",
        tags={text or "category": text or "refund", "turns": "4"},
        input=text or "How long do I have\nto return it?",
        expected=text or "30 days",
        values=(
            Values(
                metric=text or "exact_match",
                before=(1, 1, 1, 1, 1, 1),
                now=(0, 0, 0),
                worse=True,
                confirmed=True,
            ),
            Values(metric="grounded", before=(0.5,)),
        ),
        draws=(draw, failed, *(draw.model_copy(update={"index": 2 + place}) for place in range(draws - 2))),
        segments=(make_segment(),),
    )
    return Explanation(verdict=Kind.REGRESSED, **SIDES, cases=(case,))


@pytest.mark.parametrize(("name", "made"), [("explained", whole), ("explained.case", story)])
def test_each_page_has_its_documents(name: str, made: object) -> None:
    assert callable(made)
    blocks = explained(made())
    assert_golden(f"{name}.txt", as_terminal(blocks))
    assert_golden(f"{name}.md", as_markdown(blocks))


def elements(text: str) -> list[str]:
    """The tags that GitHub's own renderer makes; what is only text has none."""
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return re.findall(r"<[^>]*>", re.sub(r"<code>[^<]*</code>", "<code></code>", html))


@pytest.mark.parametrize("name", sorted(CORPUS))
@pytest.mark.parametrize("made", [whole, story], ids=["whole", "case"])
def test_hostile_text_makes_no_element_no_mention_and_no_command(name: str, made: object) -> None:
    assert callable(made)
    text = CORPUS[name][:200].encode(errors="replace").decode()
    told, plain = as_markdown(explained(made(text))), as_markdown(explained(made("x")))
    assert [tag for tag in elements(told) if "em>" not in tag] == [
        tag for tag in elements(plain) if "em>" not in tag
    ]
    assert not re.search(r"@\w", told.replace("@\u200b", ""))
    assert len(told.encode()) < 60_000
    lines = as_terminal(explained(made(text))).splitlines()
    assert not [line for line in lines if "\x1b" in line or line.lstrip().startswith("::")]


@pytest.mark.parametrize("cells", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(cells: int) -> None:
    for made in (whole(), story(), story("x" * 200)):
        assert max(map(width, as_terminal(explained(made), width=cells).splitlines())) <= cells


def test_of_many_draws_and_cases_the_first_are_shown_and_the_others_counted() -> None:
    assert "3 more draws" in as_markdown(explained(story(draws=8)))
    assert as_markdown(explained(story(draws=8))).count("Draw ") == 5
    assert "2 more cases" in as_terminal(explained(whole()))


def test_what_does_not_fit_into_a_comment_is_counted() -> None:
    long = story("<&|>" * 300)
    assert len(as_markdown(explained(long)).encode()) < 60_000
    crowd = Explanation(verdict=Kind.REGRESSED, **SIDES, cases=(long.cases[0],) * 12)
    told = as_markdown(explained(crowd))
    assert len(told.encode()) < 60_000
    assert "more parts did not fit here" in told


@pytest.mark.parametrize(
    ("searched", "combinations", "said"),
    [(True, 40, "none of 40 parts"), (True, 0, "no tags"), (False, 40, "did not drop by more than luck")],
)
def test_without_a_segment_it_says_why(searched: bool, combinations: int, said: str) -> None:  # noqa: FBT001 - a row of the table
    told = whole()
    dropped = told.metrics[0].model_copy(update={"segments": (), "searched": searched})
    changed = told.changed[0].model_copy(update={"combinations": combinations})
    page = as_terminal(
        explained(told.model_copy(update={"metrics": (dropped,), "changed": (changed,)})), width=200
    )
    assert said in page


def test_a_verdict_without_a_drop_says_so() -> None:
    told = as_terminal(explained(Explanation(verdict=Kind.PASS, **SIDES)))
    assert "none dropped in one part" in told
