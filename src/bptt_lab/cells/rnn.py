"""The plain recurrent cell.

    a_t = u_t + W_hh h_{t-1}                        u_t = W_x x_t + b, formed for some steps at once in `Cell._read`
    h_t = f(a_t)

Backward (Werbos 1990), with δ_t = dL/dh_t as a column and δ_T₊₁ = 0. `Cell._back` adds dh_{t-1} and sums over t:

    dL/da_t     = f'(a_t) ⊙ δ_t
    δ_{t-1}     = dh_{t-1} + W_hhᵀ dL/da_t          dh_t is the step's own dL_t/dh_t; note the transpose
    dL/dW_x     = Σ_t dL/da_t x_tᵀ                  the sum runs over the steps: the weights are shared
    dL/dW_hh    = Σ_t dL/da_t h_{t-1}ᵀ              the state *before* the step
    dL/db       = Σ_t dL/da_t
    dL/dx_t     = W_xᵀ dL/da_t
"""

from ..basics import activations
from ..basics.torch_names import TorchRNN
from .cell import Cell


class RNNCell(TorchRNN, Cell):
    """h_t = f(W_x x_t + b + W_hh h_{t-1}) (Elman 1990).

    input_size, hidden_size: I and H. activation: "tanh", "relu" or "sigmoid". init: the start of each matrix, see
    `cells.starts`. weight_scale multiplies the drawn W_hh. seed: a whole number; the same seed draws the same weights.
    Raises `ValueError` for anything else.

    >>> cell = RNNCell(3, 4)
    >>> cell.unroll(np.eye(3)).h.shape
    (3, 4)
    """

    keeps = ("h",)

    def __init__(self, input_size, hidden_size, activation="tanh", weight_scale=1.0, init="normal", seed=0):
        self.activation = activations.get(activation)
        super().__init__(input_size, hidden_size, weight_scale, init, seed)

    def __repr__(self) -> str:
        return f"RNNCell({self.input_size}, {self.hidden_size}, activation={self.activation.name!r})"

    def step(self, u, h):
        a = u + h @ self.W_hh.T
        h_t = self.activation.value(a)
        return h_t, (h_t,)

    def step_back(self, δ, kept, h):
        (h_t,) = kept
        da = δ * self.activation.slope(h_t)  # f'(a_t), read from h_t = f(a_t)
        return da, da @ self.W_hh

    def step_jacobian(self, kept, h):
        """J_t = diag(f'(a_t)) W_hh."""
        (h_t,) = kept
        return self.activation.slope(h_t)[..., None] * self.W_hh
