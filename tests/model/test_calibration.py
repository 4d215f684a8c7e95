"""A calibration file is read as what it is, and one that a hand has been at is never believed in silence."""

import json
from typing import Any

import pytest

from gate.model.calibration import Calibration, Counts, JudgeCalibration, RunNoise
from gate.model.errors import UserError
from gate.model.files import dump_baseline, dump_calibration, load_baseline, load_calibration
from tests.builders import make_scorecard

JUDGE = JudgeCalibration(fingerprint="f", judges=("m",), counts=Counts(true_positive=9, true_negative=9))
NOISE = RunNoise(fingerprint="f", runs=5, cases=20, between=1e-4, of_means=2e-4, within=0.02)
WHOLE = Calibration(suite="s", judges={"helpful": JUDGE}, noise={"helpful": NOISE})


def changed(kind: str, **fields: Any) -> str:
    raw = json.loads(dump_calibration(WHOLE))
    raw[kind]["helpful"] |= fields
    return json.dumps(raw)


def test_a_calibration_comes_back_from_its_file_as_it_was() -> None:
    assert load_calibration(dump_calibration(WHOLE), "c.json") == WHOLE


@pytest.mark.parametrize(
    "text",
    [
        changed("judges", counts={"true_positive": 10**400, "true_negative": 1}),
        changed("judges", counts={"true_positive": -1}),
        changed("judges", agreed=3, repeated=2),
        changed("judges", fooled=1),
        changed("noise", between=3e-4),
        changed("noise", between=1e200, of_means=1e200),
        changed("noise", runs=10**400),
        changed("noise", of_means=1e-4, between=float("nan")),
    ],
)
def test_figures_that_no_measurement_gives_are_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        load_calibration(text, "c.json")
    assert "gate calibrate" in str(caught.value)


def test_another_of_our_files_is_called_by_its_name() -> None:
    with pytest.raises(UserError, match="this is a baseline, not a calibration"):
        load_calibration(dump_baseline(make_scorecard({"a": [1.0]})), "c.json")
    with pytest.raises(UserError, match="this is a calibration, not a baseline"):
        load_baseline(dump_calibration(WHOLE), "b.json")
