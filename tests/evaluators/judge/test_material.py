import re

from hypothesis import given
from hypothesis import strategies as st

from gate.evaluators.judge.material import boundary, enclosed, parts_of
from tests.builders import make_case, make_reply

TAG = re.compile(r'<(/?)material(?: part="(\w+)")? boundary="([0-9a-f]+)">')


def test_a_boundary_is_drawn_anew_each_time() -> None:
    assert len({boundary() for _ in range(100)}) == 100
    assert re.fullmatch("[0-9a-f]{32}", boundary())


@given(st.text(), st.text())
def test_no_text_leaves_its_boundary(question: str, response: str) -> None:
    mark = boundary()
    text = enclosed({"question": question, "response": response}, mark=mark)
    tags = [(closing, part) for closing, part, _ in TAG.findall(text)]
    assert tags == [("", "question"), ("/", ""), ("", "response"), ("/", "")]
    assert text.count("<") == text.count(">") == 4


def test_what_a_reader_would_not_see_is_taken_out() -> None:
    text = enclosed({"response": "a\u200bb\u202ec\U000e0041d\x1be\ud800f"}, mark="m")
    assert "abcde\ufffdf" in text


def test_every_part_of_a_conversation_and_of_a_mapping_is_shown() -> None:
    talk = make_case(input=[{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}])
    fields = make_case(input={"topic": "tea"}, expected={"cups": 3})
    assert parts_of(talk, make_reply(), expected=True)["question"] == "user: hello\n\nassistant: hi"
    shown = parts_of(fields, make_reply(), expected=True)
    assert '"topic": "tea"' in shown["question"]
    assert '"cups": 3' in shown["reference"]
