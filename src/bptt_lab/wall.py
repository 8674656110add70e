"""The wall: an error surface over two weights that is flat nearly everywhere and almost vertical on one line.

One unit without input, whose state is the pre-activation (Pascanu, Mikolov & Bengio 2013):

    a_t = w σ(a_{t-1}) + b          a_0 = .5
    E   = (σ(a_T) − .7)²            T = 50

Backward, with δ_t = dE/da_t:

    δ_T     = 2 (σ(a_T) − .7) σ'(a_T)
    δ_{t-1} = w σ'(a_{t-1}) δ_t
    dE/dw   = Σ_t δ_t σ(a_{t-1})
    dE/db   = Σ_t δ_t

Where the wall is: on b = .5 − w σ(.5) the state never leaves .5. A step away from there grows by w σ'(.5) each time, so where
that is above 1, for w > 4.26, the start stands on a ridge. To one side of it the state ends low, to the other high.
"""

import numpy as np

from . import activations, checks, overflow

START, WANTED, STEPS = 0.5, 0.7, 50
SOLVED = 1e-3  # an error below this counts as solved: the output is within .03 of what is wanted
BOX = ((0.0, 8.0), (-4.0, 0.0))  # of w and of b: the part of the surface that the course looks at
NEAR = ((5.0, 7.0), (-4.0, -2.0))  # the starts of descents in the neighbourhood of the wall

FAR = 1e9  # a descent that is thrown further stops there, so that numbers stay finite

_σ = activations.get("sigmoid")
_OUTPUT = _σ.value(np.array([START]))[0]  # σ(a_0)


def error(w, b, steps: int = STEPS) -> np.ndarray:
    """E, in the common shape of w and b."""
    return gradient(w, b, steps)[0]


def gradient(w, b, steps: int = STEPS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """E, dE/dw and dE/db, each in the common shape of w and b. What is past float64's end is ±inf."""
    w, b = np.broadcast_arrays(checks.array("w", w), checks.array("b", b))
    shape, w, b = w.shape, w.ravel(), b.ravel()
    outputs = np.full((checks.count("steps", steps) + 1, w.size), _OUTPUT)  # σ(a_0), …, σ(a_T)
    with overflow.quietly():
        for before, s in zip(outputs, outputs[1:]):
            _σ.value(w * before + b, s)
        miss, (dw, db) = outputs[-1] - WANTED, np.zeros((2, w.size))
        δ = 2.0 * miss * _σ.slope(outputs[-1])
        for s in outputs[-2::-1]:  # σ(a_{t-1}) of t = T, …, 1
            dw += δ * s
            db += δ
            δ = overflow.multiply(w * _σ.slope(s), δ)
    return tuple(v.reshape(shape) for v in (np.square(miss), dw, db))


def line(w) -> np.ndarray:
    """b of the wall at w: there a_0 is a fixed point."""
    return START - checks.array("w", w) * _OUTPUT


def growth(w) -> np.ndarray:
    """w σ'(.5), the factor that a step off the wall grows by each time. The wall stands where it is above 1."""
    return checks.array("w", w) * _σ.slope(_OUTPUT)


def grid(points: int, box=BOX) -> tuple[np.ndarray, np.ndarray]:
    """w and b of points × points places, both (points, points): b by row, w by column, the box's edges included."""
    points, ((w_low, w_high), (b_low, b_high)) = checks.count("points", points), checks.array("box", box, (2, 2))
    w, b = np.meshgrid(np.linspace(w_low, w_high, points), np.linspace(b_low, b_high, points))
    return w, b


def steepness(w, b) -> np.ndarray:
    """‖(dE/dw, dE/db)‖."""
    _, dw, db = gradient(w, b)
    return np.hypot(dw, db)


def cliff(w: float) -> float:
    """b at which E jumps, found by looking: of 4001 places from edge to edge of BOX, where it changes most to the next."""
    b = np.linspace(*BOX[1], 4001)
    return float(b[np.abs(np.diff(error(w, b))).argmax()])


def descend(w, b, limits, lr: float = 0.1, steps: int = 500, keep=None) -> tuple[np.ndarray, np.ndarray]:
    """Gradient descent from every start, once for each limit of the gradient's norm.

    w, b: starts (n,). limits: numbers; inf is descent without clipping. keep: the steps whose places are returned, all of
    0..steps if not given. Returns places (limits, n, kept, 2) and errors (limits, n, kept).
    """
    checks.count("steps", steps)
    lr, limits = checks.number("lr", lr), checks.array("limits", np.atleast_1d(limits), allow_inf=True)[:, None]
    if not (limits > 0).all():
        raise checks.error("limits", limits.ravel().tolist(), "numbers above 0; inf is no clipping")
    keep = np.array([checks.index("keep", k, steps + 1) for k in (range(steps + 1) if keep is None else np.atleast_1d(keep))])
    w, b = (checks.array(name, np.atleast_1d(start)) for name, start in (("w", w), ("b", b)))
    if w.ndim != 1 or w.shape != b.shape or not keep.size:
        given = f"w {w.shape}, b {b.shape} and {keep.size} steps to keep"
        raise checks.error("w, b and keep", given, "as many w as b in two lists, and at least one step")
    w, b = (np.repeat(start[None], len(limits), axis=0) for start in (w, b))
    places, errors = np.zeros((*w.shape, len(keep), 2)), np.zeros((*w.shape, len(keep)))
    for step in range(max(keep) + 1):
        E, dw, db = gradient(w, b)
        if step in keep:
            at = keep == step
            places[:, :, at], errors[:, :, at] = np.stack((w, b), axis=-1)[:, :, None], E[:, :, None]
        dw, db = np.clip(dw, -1e150, 1e150), np.clip(db, -1e150, 1e150)  # one that has exploded still has a direction
        size = np.hypot(dw, db)
        shrink = np.minimum(1.0, limits / np.where(size > 0, size, 1.0))  # the direction stays
        with overflow.quietly():
            w, b = (np.clip(v - lr * shrink * dv, -FAR, FAR) for v, dv in ((w, dw), (b, db)))
    return places, errors


def solved(box, limits, rng: np.random.Generator, sets: int = 20, starts: int = 81) -> np.ndarray:
    """(limits, sets): how many percent of a set's starts, drawn evenly from the box, end below SOLVED after 500 steps."""
    w, b = (rng.uniform(low, high, size=sets * starts) for low, high in checks.array("box", box, (2, 2)))
    errors = descend(w, b, limits, keep=[500])[1]
    return 100 * (errors.reshape(len(errors), sets, starts) < SOLVED).mean(axis=2)


def about(percent: np.ndarray) -> list[str]:
    """The mean over sets of each limit, to ten percent: near the wall counts hang on the last digits of numbers.

    >>> about(np.array([[48.0, 54.0], [3.0, 8.0]]))
    ['about 50 %', 'under 10 %']
    """
    return [f"about {mean.round(-1):.0f} %" if mean > 10 else "under 10 %" for mean in percent.mean(axis=-1)]
