# pyright: basic
"""Interacting multiple models as the papers print them: one row, one model, one pair at a time."""

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from oracle import kalman
from scipy.stats import multivariate_normal

Floats = NDArray[np.float64]
Noise = Callable[[int, Floats], Floats]
UNUSED = 1e-6
"""The variance of a component that a model lacks."""


def moments(weights: Floats, means: Floats, covs: Floats) -> tuple[Floats, Floats]:
    """Of a mixture of Gaussians."""
    mean = sum(w * x for w, x in zip(weights, means, strict=True))
    cov = sum(
        w * (P + np.outer(x - mean, x - mean)) for w, x, P in zip(weights, means, covs, strict=True)
    )
    return np.asarray(mean), np.asarray(cov)


def entering(
    x: Floats, P: Floats, lacks: NDArray[np.bool_], variance: Floats
) -> tuple[Floats, Floats]:
    """The state with the components it lacks at zero, uncorrelated, of the given variance."""
    x, P = x.copy(), P.copy()
    x[lacks] = 0.0
    P[lacks, :] = 0.0
    P[:, lacks] = 0.0
    P[lacks, lacks] = variance[lacks]
    return x, P


def mix(
    x: Floats, P: Floats, mu: Floats, p: Floats, used: NDArray[np.bool_], prior: Floats
) -> tuple[Floats, Floats, Floats]:
    """Blom and Bar-Shalom 1988, for one row."""
    M, d = x.shape
    after = mu @ p
    mean, cov = np.empty_like(x), np.empty_like(P)
    for j in range(M):
        states = [entering(x[i], P[i], used[j] & ~used[i], prior[j]) for i in range(M)]
        weights = p[:, j] * mu / after[j]
        mean[j], cov[j] = moments(weights, *map(np.array, zip(*states, strict=True)))
        mean[j], cov[j] = entering(mean[j], cov[j], ~used[j], np.full(d, UNUSED))
    return mean, cov, after


def predict(
    x: Floats, P: Floats, F: Floats, Q: Floats, used: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Each entry by its own model, on the components that it has."""
    x, P = x.copy(), P.copy()
    for j in range(len(x)):
        own = np.flatnonzero(used[j])
        square = np.ix_(own, own)
        x[j, own], P[j][square] = kalman.predict(
            x[j, own], P[j][square], F[j][square], Q[j][square]
        )
    return x, P


def update(
    x: Floats, P: Floats, mu: Floats, z: Floats, H: Floats, R: Floats
) -> tuple[Floats, Floats, Floats]:
    """Each entry by the measurement, and the probabilities by the likelihoods."""
    likelihood = np.array(
        [
            multivariate_normal(H @ x[j], H @ P[j] @ H.T + R).pdf(z)  # type: ignore[arg-type]
            for j in range(len(x))
        ]
    )
    after = [kalman.update(x[j], P[j], z, H, R)[:2] for j in range(len(x))]
    weighed = mu * likelihood
    return (
        np.array([x for x, _ in after]),
        np.array([P for _, P in after]),
        weighed / weighed.sum(),
    )


def smooth(
    x: Floats,
    P: Floats,
    mu: Floats,
    p: Floats,
    F: Floats,
    Q: Floats | Noise,
    used: NDArray[np.bool_],
    prior: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Each pair of models by Bayes' rule, what the future says being smoothed over predicted.

    The noise of a model may depend on the state from which it goes on.

    The quotient of two Gaussians has the difference of their information; where that would be
    negative, nothing was said.
    """
    T, M, d = x.shape
    x, P, mu = x.copy(), P.copy(), mu.copy()
    noise: Noise = Q if callable(Q) else lambda i, _: Q[i]
    for k in reversed(range(T - 1)):
        mixed, spreads, _ = mix(x[k], P[k], mu[k], p, used, prior)
        log = np.full((M, M), -np.inf)
        means, covs = np.empty((M, M, d)), np.empty((M, M, d, d))
        for j in range(M):
            for i in range(M):
                own = np.flatnonzero(used[i])
                square = np.ix_(own, own)
                f = F[i][square]
                information, vector = quotient(
                    (x[k + 1, i, own], P[k + 1, i][square]),
                    kalman.predict(
                        mixed[i, own], spreads[i][square], f, noise(i, mixed[i])[square]
                    ),
                )
                now, spread = entering(x[k, j], P[k, j], used[i] & ~used[j], prior[i])
                at = f @ mixed[i, own]  # the origin
                before, predicted = kalman.predict(
                    now[own], spread[square], f, noise(i, now)[square]
                )
                foresaw, after, left = weighed(before - at, predicted, information, vector)
                log[j, i] = np.log(p[j, i] * mu[k, j]) + foresaw
                C = spread[:, own] @ f.T @ np.linalg.inv(predicted)
                means[j, i] = now + C @ (after + at - before)
                covs[j, i] = spread + C @ (left - predicted) @ C.T
        share = np.exp(log - log.max(axis=0))
        share *= mu[k + 1] / share.sum(axis=0)
        for j in range(M):
            mean, cov = moments(share[j] / share[j].sum(), means[j], covs[j])
            x[k, j], P[k, j] = entering(mean, cov, ~used[j], np.full(d, UNUSED))
        mu[k] = share.sum(axis=1)
    return x, P, mu


def quotient(
    smoothed: tuple[Floats, Floats], predicted: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Information of the quotient about the predicted mean."""
    (later, left), (mean, cov) = smoothed, predicted
    root = np.linalg.cholesky(cov)
    white = np.linalg.solve(root, np.linalg.solve(root, left).T)
    variance, along = np.linalg.eigh((white + white.T) / 2)
    said = np.maximum(1.0 / variance - 1.0, 0.0)
    offset = along.T @ np.linalg.solve(root, later - mean)
    basis = np.linalg.inv(root).T @ along
    information = basis @ np.diag(said) @ basis.T
    vector = basis @ np.where(said > 0.0, offset / variance, 0.0)
    return information, vector


def weighed(
    mean: Floats, cov: Floats, information: Floats, vector: Floats
) -> tuple[float, Floats, Floats]:
    """Log of ∫ N(x; mean, cov) exp(vector x - x information x / 2) dx, and the moments of it."""
    before = np.linalg.inv(cov)
    left = np.linalg.inv(before + information)
    after = left @ (before @ mean + vector)
    log = (
        np.linalg.slogdet(left)[1]
        - np.linalg.slogdet(cov)[1]
        - mean @ before @ mean
        + after @ (before + information) @ after
    ) / 2
    return float(log), after, left


def enumerate_modes(
    x0: Floats,
    P0: Floats,
    mu0: Floats,
    p: Floats,
    F: Floats,
    Q: Floats,
    z: Floats,
    H: Floats,
    R: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Exact smoothed means, covariances and probabilities, a filter for each sequence of models.

    The prior is of the state before the first measurement, under the first model.
    """
    T, M = len(z), len(mu0)
    weights, means, covs, sequences = [], [], [], []
    for modes in itertools.product(range(M), repeat=T):
        weight, x, P = np.log(mu0[modes[0]]), x0, P0
        for k in range(T):
            if k:
                step = p[modes[k - 1], modes[k]]
                if step == 0.0:
                    break
                weight += np.log(step)
                x, P = kalman.predict(x, P, F[modes[k]], Q[modes[k]])
            weight += multivariate_normal(H @ x, H @ P @ H.T + R).logpdf(z[k])  # type: ignore[arg-type]
            x, P, _, _ = kalman.update(x, P, z[k], H, R)
        else:
            mean, cov = kalman.batch(
                x0, P0, [F[m] for m in modes[1:]], [Q[m] for m in modes[1:]], z, H, R
            )
            weights.append(weight)
            means.append(mean)
            covs.append(cov)
            sequences.append(modes)
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    both = [moments(share, np.array(means)[:, k], np.array(covs)[:, k]) for k in range(T)]
    chosen = np.array(sequences)
    mu = np.array([[share[chosen[:, k] == m].sum() for m in range(M)] for k in range(T)])
    return np.array([x for x, _ in both]), np.array([P for _, P in both]), mu
