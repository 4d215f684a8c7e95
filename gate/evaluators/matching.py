"""Which of these fits which of those → the largest pairing. `fits[i][j]`: whether the i-th fits the j-th."""

from collections.abc import Sequence

Fits = Sequence[Sequence[bool]]


def in_order(fits: Fits) -> dict[int, int]:
    """A largest pairing in which both sides keep their order: a longest common subsequence."""
    rows, columns = len(fits), len(fits[0]) if fits else 0
    longest = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            taken = longest[i + 1][j + 1] + 1 if fits[i][j] else 0
            longest[i][j] = max(taken, longest[i + 1][j], longest[i][j + 1])
    paired: dict[int, int] = {}
    i = j = 0
    while i < rows and j < columns:
        if fits[i][j] and longest[i][j] == longest[i + 1][j + 1] + 1:
            paired[i] = j
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return paired


def in_any_order(fits: Fits) -> dict[int, int]:
    """A largest pairing whatever the order: augmenting paths (Kuhn 1955, Naval Research Logistics Quarterly 2:83)."""
    taken: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j, fit in enumerate(fits[i]):
            if fit and j not in tried:
                tried.add(j)
                if j not in taken or place(taken[j], tried):
                    taken[j] = i
                    return True
        return False

    for i in range(len(fits)):
        place(i, set())
    return {i: j for j, i in sorted(taken.items(), key=lambda pair: pair[1])}
