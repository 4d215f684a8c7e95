from typing import Any

from gate.model.calibration import Counts, JudgeCalibration, JudgeWorth, Kappa, NoiseWorth, Rate, RunNoise
from gate.render.calibration import judge_text, noise_text

COUNTS = Counts(true_positive=45, false_negative=5, true_negative=40, false_positive=10, abstained=3)


def worth(**measured: Any) -> JudgeWorth:
    given = {
        "fingerprint": "f",
        "judges": ("claude-judge",),
        "counts": COUNTS,
        "repeated": 100,
        "agreed": 97,
        "length_bias": 0.12,
        "length_bias_p": 0.21,
        "canaries": 10,
        **measured,
    }
    return JudgeWorth(
        metric="helpful",
        measured=JudgeCalibration(**given),
        sensitivity=Rate(value=0.9, low=0.786, high=0.957, of=50),
        specificity=Rate(value=0.8, low=0.67, high=0.888, of=50),
        kappa=Kappa(value=0.7, low=0.56, high=0.84),
        informedness=0.7,
        informedness_low=0.53,
        enough_labels=True,
    )


def noise(**fields: Any) -> NoiseWorth:
    measured = RunNoise(
        fingerprint="f", runs=6, cases=50, between=4e-4, of_means=9e-4, within=0.02, flip_rate=0.08
    )
    given = {"metric": "accuracy", "measured": measured, "bounds": (0, 1), "shift": 0.02, "floor": 0.07}
    return NoiseWorth(**{**given, "must_catch": 0.05, **fields})


def test_a_judge_is_told_by_its_rates_with_their_intervals() -> None:
    assert judge_text(worth()) == (
        "helpful: 103 labeled responses, judged by claude-judge.\n"
        "\n"
        "  passes what people pass (TPR)     0.90  0.79 … 0.96   of 50\n"
        "  fails what people fail (TNR)      0.80  0.67 … 0.89   of 50\n"
        "  agreement beyond chance (kappa)   0.70  0.56 … 0.84\n"
        "  agrees with itself                 97%  of 100 pairs of repeats\n"
        "  abstains                             3\n"
        "  prefers longer responses         +0.12  p = 0.21; 0 is no preference\n"
        "  planted responses with success       0  of 10\n"
        "A true drop of 10 points shows as 7.0: margins of this metric are scaled by J =\n"
        "TPR + TNR \u2212 1 = 0.70.\n"
    )


def test_a_judge_that_is_talked_round_is_called_not_trusted() -> None:
    assert "NOT TRUSTED: responses that argue" in judge_text(worth(fooled=1))


def test_labels_that_leave_too_much_open_are_said_to_calibrate_nothing() -> None:
    few = worth().model_copy(update={"informedness_low": -0.1, "enough_labels": False})
    said = " ".join(judge_text(few).split())
    assert "TOO FEW LABELS: J may as well be 0.00, less than half of that." in said
    assert "TOO FEW" not in judge_text(worth())


def test_few_labels_are_said_to_be_few() -> None:
    few = worth().model_copy(update={"specificity": Rate(value=0.8, low=0.4, high=0.9, of=5)})
    assert "The intervals are wide" in judge_text(few)


def test_no_text_of_ours_runs_over_the_width() -> None:
    for width in (40, 60, 80, 120):
        text = judge_text(worth(fooled=1), width=width) + noise_text(
            [noise(), noise(metric="b" * 60)], width=width
        )
        assert max(map(len, text.splitlines())) <= width


def test_the_noise_of_runs_is_told_in_the_unit_of_the_metric_with_what_follows_from_it() -> None:
    text = noise_text(
        [noise(), noise(metric="latency_s", relative=True, bounds=None, floor=0.04, must_catch=0.25)]
    )
    assert "2 points" in text
    assert "7 points" in text
    flat = " ".join(text.split())
    assert "accuracy: a drop of 5 points (`must_catch`) can't be told from an unlucky run" in flat
    assert "latency_s: a drop" not in flat
    assert "separate runs on" not in flat


def test_fewer_than_five_runs_are_said_to_be_too_few_for_a_verdict() -> None:
    rough = noise().measured.model_copy(update={"runs": 3})
    assert "3 runs: a verdict takes this noise into account from 5 separate runs on" in " ".join(
        noise_text([noise(measured=rough)]).split()
    )


def test_a_judge_that_abstained_on_one_kind_of_labels_is_called_not_calibrated() -> None:
    for counts in (Counts(abstained=9), Counts(true_positive=5, abstained=5)):
        silent = JudgeWorth(metric="helpful", measured=JudgeCalibration(fingerprint="f", counts=counts))
        text = " ".join(judge_text(silent).split())
        assert "NOT CALIBRATED: the judge abstained on all" in text
        assert "J =" not in text
