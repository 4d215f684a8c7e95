"""The word on an accept: on top of the report, which keeps its first and its last line."""

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from gate.flows.github.recorded import seal_of
from gate.render.accepted import AcceptedNote, with_note
from gate.render.markdown import comment_head, markdown
from tests.render import reports
from tests.render.hostile import CORPUS

SEAL = f"<!-- gate:record head={'1' * 40} results={'a' * 64} -->"
COMMENT = f"{markdown(reports.regressed()).text}\n{SEAL}\n"


def noted(by: str = "maria", suite: str = "support", left: str = "") -> str:
    return with_note(
        COMMENT, AcceptedNote(by=by, suites=[suite], evaluated="1" * 40, made="2" * 40, left=left)
    )


def test_who_accepted_what_as_which_commit_is_the_first_thing_to_be_read() -> None:
    first, second, third, *_ = noted().split("\n")
    assert first == COMMENT.split("\n", maxsplit=1)[0]
    assert second == (
        "✅ **Accepted** by `maria` as `2222222`: the new baseline of `support`. "
        "What follows is the report on `1111111`, as it was."
    )
    assert third == ""


def test_what_the_status_still_says_against_it_is_told() -> None:
    assert "⚠️ **Accepted** by `maria`" in noted(left="Regressed: too slow")
    assert "Not all is well with that: Regressed: too slow." in noted(left="Regressed: too slow")


def test_the_comment_still_tells_its_head_and_its_seal() -> None:
    assert comment_head(noted()) == comment_head(COMMENT)
    assert seal_of(noted()) == seal_of(COMMENT) == ("1" * 40, "a" * 64)


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_names_are_only_text(name: str) -> None:
    text = CORPUS[name]

    def tags(page: str) -> int:
        return str(cmarkgfm.github_flavored_markdown_to_html(page, Options.CMARK_OPT_UNSAFE)).count("<h")

    assert tags(noted(by=text, suite=text, left=text)) == tags(noted())
    assert noted(by=text, suite=text, left=text).count("<!--") == noted().count("<!--")
