"""Logistic curves, fitted by Newton's method; probabilities in, probabilities out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
_STEPS = 50


def sigmoid(x: Floats | float) -> Floats:
    p: Floats = 1.0 / (1.0 + np.exp(-np.clip(x, -30, 30)))
    return p


def logit(p: Floats | float) -> Floats:
    q = np.clip(p, 1e-4, 1 - 1e-4)
    out: Floats = np.log(q / (1 - q))
    return out


def fit(x: Floats, target: Floats, prior: Floats, strength: float) -> Floats:
    """Weights (f,) of the most probable logistic curve under a normal prior.

    Args:
        x: (n, f); a constant column is the offset. n may be 0: then the prior comes back.
        target: (n,) in [0, 1].
        prior: (f,) the mean of the prior, whose precision is ``strength``, in events' worth.
    """
    w = np.array(prior, np.float64)
    for _ in range(_STEPS):
        p = sigmoid(x @ w)
        gradient = x.T @ (p - target) + strength * (w - prior)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + strength * np.eye(len(w))
        step = np.linalg.solve(hessian, gradient)
        w = w - step
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    return w
