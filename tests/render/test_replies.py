"""Replies to commands: what they say, and that foreign text in them makes nothing that GitHub would act on."""

import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Place
from gate.model.errors import Problem
from gate.model.report import Step
from gate.render.replies import Reply, help_page, reply_page, status_page
from gate.render.words import Message, Name
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


@pytest.mark.parametrize("name", sorted(CORPUS))
@pytest.mark.parametrize("page", [reply, lambda text: help_page((Message(text), "."))], ids=["reply", "help"])
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


def test_the_status_of_a_head_names_it() -> None:
    assert "`1a2b3c4`" in status_page(reports.regressed(), head="1a2b3c4d", line="")
    assert (
        status_page(None, head="1a2b3c4d", line="It has no status")
        == "The head is `1a2b3c4`. It has no status\n"
    )
