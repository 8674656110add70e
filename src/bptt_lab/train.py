"""What training does with a gradient."""

from collections.abc import Mapping

import numpy as np

from . import checks


def clip_by_norm(grads: Mapping[str, np.ndarray], limit: float) -> tuple[dict[str, np.ndarray], float]:
    """(clipped gradients, norm before): all arrays together are scaled down to Euclidean norm `limit` if theirs is larger.

    The direction is kept (Pascanu, Mikolov & Bengio 2013). Where entries have exploded to ±inf, they alone are left, all of
    one size: the direction of the rest is lost beside them, and the result has norm `limit` like any other. Zero stays
    zero. limit: a number above 0. Returns new arrays.
    """
    limit = checks.number("limit", limit)
    if limit <= 0:
        raise checks.error("limit", limit, "a number above 0")
    arrays = {name: checks.array(f"grads[{name!r}]", value, allow_inf=True) for name, value in grads.items()}
    largest = float(max((np.abs(array).max(initial=0.0) for array in arrays.values()), default=0.0))
    if largest == 0.0:
        return {name: array.copy() for name, array in arrays.items()}, 0.0
    # Divided by the largest entry first, so that squares neither overflow nor vanish.
    part = np.sign if largest == np.inf else lambda array: array / largest
    directions = {name: np.where(np.isinf(array), 1.0, largest < np.inf) * part(array) for name, array in arrays.items()}
    length = float(np.sqrt(sum(np.square(direction).sum() for direction in directions.values())))
    if largest * length <= limit:
        return {name: array.copy() for name, array in arrays.items()}, largest * length
    return {name: direction * (limit / length) for name, direction in directions.items()}, largest * length
