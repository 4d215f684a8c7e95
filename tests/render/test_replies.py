"""Replies to commands: what they say, and that foreign text in them makes nothing that GitHub would act on."""

import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Place
from gate.model.errors import Problem
from gate.model.reply import Failure
from gate.model.report import Step
from gate.model.score import Score
from gate.render.replies import Reply, case_page, help_page, reply_page, status_page
from gate.render.words import Message, Name
from tests.builders import make_case, make_reply, make_run, make_scorecard, make_trial
from tests.render import reports
from tests.render.hostile import CORPUS

TEXTS = st.text(st.sampled_from("\n <>&|`*_~[]()!#:@\\-+=.1aw/\t\x00\u200b\u202e"), min_size=1, max_size=60)


def elements(text: str) -> list[str]:
    """The tags that GitHub's own renderer makes; what is only text has none."""
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return re.findall(r"<[^>]*>", re.sub(r"<code>[^<]*</code>", "<code></code>", html))


def reply(text: str) -> str:
    problem = Problem(message=text, place=Place(file=text), key=text, value=text, fix=text)
    return reply_page(
        Reply(
            words=(Name(text), " says ", Message(text), "."),
            problems=(problem,),
            steps=(Step(text=text, command="gate run"),),
        )
    )


def explained(text: str) -> str:
    case_id = text[:200].encode(errors="replace").decode()
    case = make_case(case_id, input=text, expected=text)
    failed = Failure(stage="evaluator", kind=text[:20], message=text)
    trial = make_trial(
        case_id,
        reply=make_reply(text),
        scores=(Score(metric="accuracy", value=0.0, explanation=text),),
        failures=(failed,),
    )
    return case_page(make_run([trial], cases=(case,)), case_id=case_id, baseline=None)


@pytest.mark.parametrize("name", sorted(CORPUS))
@pytest.mark.parametrize(
    "page", [reply, explained, lambda text: help_page((Message(text), "."))], ids=["reply", "case", "help"]
)
def test_hostile_text_makes_no_element_and_no_mention(name: str, page: "object") -> None:
    assert callable(page)
    told = page(CORPUS[name])
    plain = page("x")
    assert [tag for tag in elements(told) if tag not in {"<em>", "</em>"}] == [
        tag for tag in elements(plain) if tag not in {"<em>", "</em>"}
    ]
    assert not re.search(r"@\w", told.replace("@\u200b", ""))
    assert len(told.encode()) < 60_000


@given(TEXTS)
def test_no_text_makes_an_element(text: str) -> None:
    assert elements(reply(text)) == elements(reply("x"))


def test_a_reply_says_what_is_wrong_and_what_to_do() -> None:
    told = reply_page(
        Reply(
            words=("The head is ", Name("1a2b3c4"), "."),
            problems=tuple(Problem(message=f"problem {n}", fix="mend it") for n in range(25)),
            steps=(Step(text="Then", command="/gate accept 1a2b3c4"),),
        )
    )
    assert told.startswith("The head is `1a2b3c4`.\n\n- problem 0. To mend it: mend it.\n")
    assert "- and 5 more problems" in told
    assert "```\n  /gate accept 1a2b3c4\n  ```" in told


def test_a_case_shows_its_draws_beside_the_baseline() -> None:
    scores = [
        make_trial("a", index, scores=(Score(metric="accuracy", value=float(index % 2)),))
        for index in range(8)
    ]
    result = make_run(scores, cases=(make_case("a"),), draws=8)
    told = case_page(result, case_id="a", baseline=make_scorecard({"a": [1, 1]}))
    assert told.startswith("**`a`** of ")
    assert "8 draws" in told
    assert "| `accuracy` | 1 | 0.50 |" in told
    assert told.count("Draw ") == 5
    assert "3 more draws" in told


def test_the_status_of_a_head_names_it() -> None:
    assert "`1a2b3c4`" in status_page(reports.regressed(), head="1a2b3c4d", line="")
    assert (
        status_page(None, head="1a2b3c4d", line="It has no status")
        == "The head is `1a2b3c4`. It has no status\n"
    )
