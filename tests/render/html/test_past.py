"""The image of the past: well formed whatever the words, nothing from elsewhere, a panel for each metric."""

import xml.etree.ElementTree as ET

import pytest

from gate.model.past import PastReport
from gate.render.html.past import history_svg
from tests.render.hostile import CORPUS
from tests.render.test_history import make_past

_SVG = "{http://www.w3.org/2000/svg}"


def parsed(report: PastReport) -> ET.Element:
    return ET.fromstring(history_svg(report))  # noqa: S314 - it was made here


def test_each_metric_has_its_panel_and_each_change_its_mark() -> None:
    root = parsed(make_past())
    assert len(root.findall(f"{_SVG}g")) == 1
    circles = list(root.iter(f"{_SVG}circle"))
    assert [each.get("class") for each in circles] == ["dot", "worse"]
    assert "(\u22126.2 points)" in (circles[1].findtext(f"{_SVG}title") or "")
    assert [each.get("class") for each in root.iter(f"{_SVG}line")] == ["axis", "span worse"]


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_words_stay_words(name: str) -> None:
    root = parsed(make_past(CORPUS[name]))
    tags = {element.tag.removeprefix(_SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "style", "g", "text", "line", "polyline", "circle"}
    assert not any(key in {"href", "onload"} for element in root.iter() for key in element.attrib)


def test_a_past_without_a_baseline_is_an_image_too() -> None:
    assert "No baseline landed yet." in history_svg(PastReport(alpha=0.05))
