from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.labels import dump_labels, load_labels
from gate.model.calibration import Label
from gate.model.case import Context
from gate.model.errors import UserError

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
LABELS = st.builds(
    Label,
    case_id=TEXTS.filter(bool),
    key=TEXTS,
    metric=TEXTS.filter(bool),
    label=st.sampled_from(get_args(Label.model_fields["label"].annotation)),
    output=TEXTS,
    contexts=st.lists(st.builds(Context, text=TEXTS), max_size=2).map(tuple),
    index=st.integers(0, 5),
)


@given(st.lists(LABELS, unique_by=lambda label: (label.case_id, label.index, label.metric)))
def test_labels_come_back_from_their_file_as_they_were(labels: list[Label]) -> None:
    assert load_labels(dump_labels(labels), "labels.jsonl") == tuple(labels)


LINE = '{"case_id": "a", "key": "k", "metric": "m", "label": "pass", "output": "o"}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINE.replace('"pass"', '"good"'), "no label"),
        (LINE.replace('"output"', '"outptu"'), "no label"),
        (LINE[:-1], "not JSON"),
        (f"{LINE}\n{LINE}", "labeled twice"),
        ("[1]", "no label"),
        ('"pass"', "no label"),
    ],
)
def test_a_line_that_is_no_label_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_labels(text, "labels.jsonl")
    (problem,) = caught.value.problems
    assert message in problem.message
    assert str(problem.place) == f"labels.jsonl:{text.count(chr(10)) + 1}"
