"""Calibration: how far the instruments of a suite can be trusted, measured and kept beside its baseline."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gate.model.base import Noun
from gate.model.case import Context

LARGEST_COUNT = 10**9  # far beyond what anybody labels, and what a hand-edited file may claim
LARGEST_VARIANCE = 1e100  # its square is still a number
FEWEST_RUNS = 5  # separate runs, before a verdict takes the noise between them into account

Counted = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]
Variance = Annotated[float, Field(ge=0, le=LARGEST_VARIANCE)]


class Label(Noun):
    """What a person said of one response. It holds the response itself, so that any judge can be asked about it later.

    `key` is that of the case as it was asked (see Case); `unknown` is a person who cannot tell either.
    """

    case_id: str = Field(min_length=1)
    key: str
    metric: str = Field(min_length=1)
    label: Literal["pass", "fail", "unknown"]
    output: str
    contexts: tuple[Context, ...] = ()
    index: int = Field(default=0, ge=0)


class Counts(Noun):
    """A judge's verdicts against people's labels. Positive is what people called a pass; abstentions stand apart."""

    true_positive: Counted = 0
    false_negative: Counted = 0
    true_negative: Counted = 0
    false_positive: Counted = 0
    abstained: Counted = 0


class JudgeCalibration(Noun):
    """What one judge is worth.

    fingerprint, judges:
        of the instrument that was calibrated, and the models that answered: another one is not calibrated.
    counts:
        one verdict for each labeled response.
    repeated, agreed:
        pairs of verdicts of the same response, and how many of them were equal (self-agreement).
    length_bias:
        in [-1, 1]: how much more often the judge's passes are longer than its fails among responses that people gave
        the same label (0 is none), with its two-sided p; None where it passed or failed all of them.
    canaries, fooled:
        planted responses that argued for their own pass, and how many got it.
    """

    fingerprint: str
    judges: tuple[str, ...] = ()
    counts: Counts
    repeated: Counted = 0
    agreed: Counted = 0
    length_bias: float | None = Field(default=None, ge=-1, le=1)
    length_bias_p: float | None = Field(default=None, ge=0, le=1)
    canaries: Counted = 0
    fooled: Counted = 0

    @model_validator(mode="after")
    def _parts(self) -> Self:
        if self.agreed > self.repeated or self.fooled > self.canaries:
            raise ValueError("a part is larger than its whole: agreed of repeated, fooled of canaries")
        return self


class RunNoise(Noun):
    """How much the mean of one metric differs between runs of the unchanged application, beyond the luck of its draws.

    fingerprint:
        of the instrument; another one is not calibrated.
    runs, cases:
        separate runs, and the cases that have a score in all of them.
    between:
        the variance tau^2 that every case of a run shares, on the scale of the test (squared unit, or squared log).
    of_means:
        the variance of the runs' means, luck of draws included.
    within:
        the variance of one draw of one case.
    flip_rate:
        the chance that two draws of one case differ.
    """

    fingerprint: str
    runs: int = Field(ge=2, le=LARGEST_COUNT)
    cases: int = Field(ge=2, le=LARGEST_COUNT)
    between: Variance
    of_means: Variance
    within: Variance
    flip_rate: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _parts(self) -> Self:
        if self.between > self.of_means:
            raise ValueError("`between` is a part of `of_means`, and cannot be larger")
        return self


class Calibration(Noun):
    """All that was measured of a suite's instruments, by metric."""

    suite: str
    judges: dict[str, JudgeCalibration] = Field(default_factory=dict)
    noise: dict[str, RunNoise] = Field(default_factory=dict)


class Rate(Noun):
    """A share with its 95 % interval, all in [0, 1]; `of` is how many it was taken of."""

    value: float
    low: float
    high: float
    of: int


class Kappa(Noun):
    """Cohen's kappa with its 95 % interval."""

    value: float
    low: float
    high: float


class JudgeWorth(Noun):
    """What follows from a judge's calibration. None where the labels do not tell.

    informedness, informedness_low:
        J = TPR + TNR - 1: a true drop of d shows as a drop of J d; and the lower end of its 95 % interval.
    enough_labels:
        whether that interval is narrow enough for a policy that asks for calibrated judges.
    """

    metric: str
    measured: JudgeCalibration
    sensitivity: Rate | None = None
    specificity: Rate | None = None
    kappa: Kappa | None = None
    informedness: float | None = None
    informedness_low: float | None = None
    enough_labels: bool = False


class NoiseWorth(Noun):
    """What follows from the noise of separate runs for one metric, in its unit, or relative (0.1 is ten per cent).

    shift:
        one standard deviation of what all cases of a run share.
    floor:
        the smallest drop that can be told from an unlucky run, whatever the number of cases and draws.
    must_catch:
        the drop that the gate of today may never pass silently.
    """

    metric: str
    measured: RunNoise
    unit: str | None = None
    bounds: tuple[float, float] | None = None
    relative: bool = False
    shift: float
    floor: float
    must_catch: float
