# pyright: basic
"""OSPA⁽²⁾ and GOSPA of trajectories by their definitions, on dense arrays."""

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from oracle.runs import Run
from scipy.optimize import linear_sum_assignment, linprog

Floats = NDArray[np.float64]


def names(run: Run) -> list[Any]:
    """Every identity that occurs."""
    return sorted({name for frame in run for name in frame})


def distance(frame_x: dict[Any, Any], i: Any, frame_y: dict[Any, Any], j: Any) -> float:  # noqa: ANN401  # identities are anything
    return float(np.linalg.norm(np.asarray(frame_x[i]) - np.asarray(frame_y[j])))


def ospa2(
    truth: Run, estimate: Run, cutoff: float, order: float, base_order: float, weights: Floats
) -> float:
    """OSPA of tracks with the time-averaged distance; Beard, Vo, Vo 2020."""
    xs, ys = names(truth), names(estimate)
    base = np.zeros((len(xs), len(ys)))
    for (a, i), (b, j) in itertools.product(enumerate(xs), enumerate(ys)):
        total = weight = 0.0
        for w, x, y in zip(weights, truth, estimate, strict=True):
            if i in x or j in y:
                d = min(distance(x, i, y, j), cutoff) if i in x and j in y else cutoff
                total += w * d**base_order
                weight += w
        base[a, b] = (total / weight) ** (1 / base_order)
    n = max(base.shape)
    if n == 0:
        return 0.0
    cost = base**order
    rows, columns = linear_sum_assignment(cost)
    left = n - min(base.shape)
    return float(((cost[rows, columns].sum() + cutoff**order * left) / n) ** (1 / order))


def frame_costs(truth: Run, estimate: Run, cutoff: float, order: float) -> Floats:
    """Costs (frames, n + 1, m + 1) of pairing, the last row and column standing for nothing.

    As in the paper: two that exist cost min(d, c)^p, one that exists c^p / 2, none 0.
    """
    xs, ys = names(truth), names(estimate)
    cost = np.zeros((len(truth), len(xs) + 1, len(ys) + 1))
    for k, (x, y) in enumerate(zip(truth, estimate, strict=True)):
        for a, i in enumerate(xs):
            for b, j in enumerate(ys):
                if i in x and j in y:
                    cost[k, a, b] = min(distance(x, i, y, j), cutoff) ** order
                elif i in x or j in y:
                    cost[k, a, b] = cutoff**order / 2
            cost[k, a, -1] = cutoff**order / 2 * (i in x)
        for b, j in enumerate(ys):
            cost[k, -1, b] = cutoff**order / 2 * (j in y)
    return cost


def trajectory_gospa(
    truth: Run, estimate: Run, cutoff: float, order: float, switch_penalty: float
) -> float:
    """The metric of the linear programme, as the paper prints it, solved by HiGHS."""
    cost = frame_costs(truth, estimate, cutoff, order)
    frames, n1, m1 = cost.shape
    n, m = n1 - 1, m1 - 1
    shares = frames * n1 * m1
    changes = max(frames - 1, 0) * n * m

    def w(k: int, i: int, j: int) -> int:
        return (k * n1 + i) * m1 + j

    equal: list[Floats] = []
    for k in range(frames):
        for j in range(m):
            row = np.zeros(shares + changes)
            row[[w(k, i, j) for i in range(n1)]] = 1.0
            equal.append(row)
        for i in range(n):
            row = np.zeros(shares + changes)
            row[[w(k, i, j) for j in range(m1)]] = 1.0
            equal.append(row)
    below: list[Floats] = []
    for k, i, j in itertools.product(range(frames - 1), range(n), range(m)):
        for sign in (1.0, -1.0):
            row = np.zeros(shares + changes)
            row[w(k + 1, i, j)], row[w(k, i, j)] = sign, -sign
            row[shares + (k * n + i) * m + j] = -1.0
            below.append(row)
    objective = np.concatenate([cost.ravel(), np.full(changes, switch_penalty**order / 2)])
    solved = linprog(
        objective,
        A_ub=np.array(below) if below else None,
        b_ub=np.zeros(len(below)) if below else None,
        A_eq=np.array(equal) if equal else None,
        b_eq=np.ones(len(equal)) if equal else None,
    )
    assert solved.success
    return float(max(solved.fun, 0.0) ** (1 / order))


def trajectory_gospa_whole(
    truth: Run, estimate: Run, cutoff: float, order: float, switch_penalty: float
) -> float:
    """The metric over whole pairs, by dynamic programming over every assignment of a frame."""
    cost = frame_costs(truth, estimate, cutoff, order)
    frames, n1, m1 = cost.shape
    n, m = n1 - 1, m1 - 1
    choices = [
        choice
        for choice in itertools.product(range(m1), repeat=n)  # m is nothing
        if len({j for j in choice if j < m}) == sum(j < m for j in choice)
    ]

    def at(k: int, choice: tuple[int, ...]) -> float:
        free = set(range(m)) - set(choice)
        return sum(cost[k, i, j] for i, j in enumerate(choice)) + sum(cost[k, -1, j] for j in free)

    def switch(a: tuple[int, ...], b: tuple[int, ...]) -> float:
        halves = sum(
            0 if i == j else 2 if m not in (i, j) else 1 for i, j in zip(a, b, strict=True)
        )
        return switch_penalty**order / 2 * halves

    best = {choice: at(0, choice) for choice in choices}
    for k in range(1, frames):
        best = {b: at(k, b) + min(best[a] + switch(a, b) for a in choices) for b in choices}
    return float(min(best.values()) ** (1 / order))
