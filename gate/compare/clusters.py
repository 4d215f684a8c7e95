"""Values of cases that belong together → their mean with a standard error that does not take them for independent."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gate.compare.distributions import t_cdf


@dataclass(frozen=True, slots=True)
class ClusterMean:
    """A mean over n cases in `groups` clusters. `error` is its standard error; infinite for a single cluster.

    `largest` is the largest sum of a cluster's values, without its sign. `df` are degrees of freedom of Student's t.
    """

    mean: float
    error: float
    groups: int
    largest: float
    df: float

    def p_below(self, reference: float) -> float:
        """One-sided p of "the mean is not below the reference". Without any spread it is 0, 1/2 or 1."""
        gap = self.mean - reference
        if math.isinf(self.error):
            return 1.0
        if self.error == 0:
            return 0.0 if gap < 0 else 1.0 if gap > 0 else 0.5
        return t_cdf(gap / self.error, df=self.df)


def cluster_mean(values: Sequence[float], *, labels: Sequence[str]) -> ClusterMean:
    """SE^2 = G / (G - 1) x sum over clusters of (D_c - n_c mean)^2 / n^2, with D_c the sum of a cluster's values.

    This is the cluster-robust variance of an intercept (Cameron & Miller 2015, J. Human Resources 50:317) with their
    correction G / (G - 1). Where every case is a cluster of its own it is the usual standard error of a mean.
    """
    n = len(values)
    mean = math.fsum(values) / n
    sums: dict[str, list[float]] = defaultdict(list)
    for value, label in zip(values, labels, strict=True):
        sums[label].append(value)
    groups = len(sums)
    largest = max(abs(math.fsum(group)) for group in sums.values())
    if groups == 1:
        return ClusterMean(mean, math.inf, 1, largest, 0)
    squares = math.fsum((math.fsum(group) - len(group) * mean) ** 2 for group in sums.values())
    error = math.sqrt(groups / (groups - 1) * squares) / n
    return ClusterMean(mean, error, groups, largest, groups - 1)
