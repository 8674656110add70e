"""How the weights of a cell are drawn before training. N(0, v) gives the variance, H is the number of hidden units."""

import numpy as np

STARTS = ("normal", "uniform", "glorot", "orthogonal", "identity")


def hidden_block(init: str, H: int, rng: np.random.Generator) -> np.ndarray:
    """One H×H block of W_hh.

    "normal"      N(0, 1/H): the spectral radius is near 1
    "uniform"     U(±1/√H): PyTorch's default
    "glorot"      U(±√(3/H)): the variance 1/H again, from a uniform draw (Glorot & Bengio 2010)
    "orthogonal"  a random rotation or reflection: every singular value is 1 (Saxe, McClelland & Ganguli 2014)
    "identity"    the identity (Le, Jaitly & Hinton 2015)
    """
    if init == "normal":
        return rng.standard_normal((H, H)) / np.sqrt(H)
    if init == "uniform":
        return rng.uniform(-1.0, 1.0, (H, H)) / np.sqrt(H)
    if init == "glorot":
        return rng.uniform(-1.0, 1.0, (H, H)) * np.sqrt(3.0 / H)
    if init == "orthogonal":
        Q, R = np.linalg.qr(rng.standard_normal((H, H)))
        return Q * np.where(np.diag(R) < 0, -1.0, 1.0)  # without the signs some rotations would be drawn more often
    return np.eye(H)


def other_weights(init: str, shape: tuple[int, ...], fan_in: int, H: int, rng: np.random.Generator) -> np.ndarray:
    """W_x or W_oh: N(0, 1/fan_in), but U(±1/√H) for "uniform", where PyTorch draws every parameter alike."""
    if init == "uniform":
        return rng.uniform(-1.0, 1.0, shape) / np.sqrt(H)
    return rng.standard_normal(shape) / np.sqrt(fan_in)


def bias(init: str, size: int, H: int, rng: np.random.Generator) -> np.ndarray:
    """b or b_o: zeros, but U(±1/√H) for "uniform"."""
    return rng.uniform(-1.0, 1.0, size) / np.sqrt(H) if init == "uniform" else np.zeros(size)
