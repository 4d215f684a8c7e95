"""What all cases of a run share, measured on separate runs → what it adds to the luck of a difference. Pure.

A mean over the cases of one run has the variance tau^2 beside the luck of its draws. The baseline is one run and the
head another, so that their difference has 2 tau^2. tau^2 is itself an estimate from few runs: Student's t takes the
place of the normal value, its degrees of freedom by Satterthwaite's rule (1946, Biometrics Bulletin 2:110).
"""

from dataclasses import dataclass

from gate.model.calibration import FEWEST_RUNS, RunNoise


@dataclass(frozen=True, slots=True)
class Shift:
    """`variance` of the difference of two runs' means that all cases share; `error` is the variance of that estimate."""

    variance: float
    error: float

    def df(self, own: float) -> float:
        """Degrees of freedom of a difference with the variance `own` beside that of the shift."""
        return max(1.0, 2 * (own + self.variance) ** 2 / self.error)


def shift_of(noise: RunNoise) -> Shift | None:
    """None where too few runs were taken to say anything, or where they differ no more than by the luck of draws.

    tau^2 = S^2 - s^2/n with S^2 the variance of R runs' means; the variance of that is 2 S^4 / (R - 1), whatever s^2.
    """
    if noise.runs < FEWEST_RUNS or noise.between == 0:
        return None
    return Shift(variance=2 * noise.between, error=8 * noise.of_means**2 / (noise.runs - 1))
