"""Notebook 01: the loss of a batch of sentences, some of them shorter than others."""

import numpy as np

from . import problems

TASK = "Sum the token losses of each sentence, without the padding. Return the mean over the sentences."
HINTS = (
    "losses has the shape (T, B): time first, then the sentences of the batch.",
    "A mask is 1 where true and 0 where false when you multiply with it.",
    "array.sum(axis=0) adds up over the first axis, time. What is left is one number for each sentence.",
)
SMALL = (np.array([[1.0, 2.0], [4.0, 8.0]]), np.array([[True, True], [True, False]]))


def solution(losses, mask):
    return (losses * mask).sum(axis=0).mean()


def problem(rng, i):
    """Sentences of different lengths, padded to the longest one. The losses of the padding are not 0."""
    lengths = ([4, 2, 1], [1], [5, 3], [2, 6, 4, 1], [3, 3])[i]
    mask = np.arange(max(lengths))[:, None] < lengths
    losses = (1, 1, 100, 0.01, 1)[i] * rng.random(mask.shape)
    return problems.Problem((losses, mask), sum(losses[:length, b].sum() for b, length in enumerate(lengths)) / len(lengths))


SLIPS = r"""
mean in each sentence | (losses * mask).sum(axis=0) → ((losses * mask).sum(axis=0) / mask.sum(axis=0))
    | You take the mean within each sentence. A sentence's loss is the sum over its tokens.
mask ignored | losses * mask → losses | The padding counts too. Leave out the tokens where the mask is false.
mask turned | losses * mask → losses * ~mask | You sum the padding. Where the mask is true, the token counts.
sum over sentences | .mean() → .sum() | You sum over the sentences too. Over these the course takes the mean.
mean over all | .sum(axis=0).mean() → .mean()
    | You divide by the number of places in the array. Sum over time, and divide by the number of sentences.
mean over tokens | (losses * mask).sum(axis=0).mean() → losses[mask].mean()
    | This is the mean over the tokens that count. Sum over time, and divide by the number of sentences alone.
axes swapped | axis=0 → axis=1
    | You sum over the sentences and divide by the number of steps. It is the other way round: time comes first in the shape.
one number a sentence | .mean() → | This is one loss for each sentence. The loss of the batch is their mean.
one number a word | .sum(axis=0).mean() → .mean(axis=1) | This is one number for each time step. Sum over time as well.
one mask for all | losses * mask → losses * mask[:, :1]
    | The first sentence's mask is used for all. Each sentence has its own column.
"""
