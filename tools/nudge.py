"""Every weight that a net starts with, moved by a part of itself: what a notebook prints should not hang on its last digits.

`tools.notebooks compare` puts this file where a kernel starts, if BPTT_NUDGE says how large the part is: 1e-13, for instance.
"""

import functools
import os


def move(size: float) -> None:
    """From now on `cells.starts` draws weights w · (1 + size · noise)."""
    import numpy as np

    from bptt_lab.cells import starts

    noise = np.random.default_rng(0)

    def moved(draw):
        @functools.wraps(draw)
        def drawn(*arguments):
            weights = draw(*arguments)
            return weights * (1 + size * noise.standard_normal(weights.shape))

        return drawn

    for name in ("hidden_block", "other_weights", "bias"):
        setattr(starts, name, moved(getattr(starts, name)))


if "BPTT_NUDGE" in os.environ:
    move(float(os.environ["BPTT_NUDGE"]))
