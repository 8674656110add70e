"""Notebook 02: the first factor, from guess to price."""

import numpy as np

from . import problems

TASK = "Return the first factor of every word, dL/dy: one row a word. A word that does not count has a row of zeros."
HINTS = (
    "Begin with softmax, row by row. array.sum(axis=1, keepdims=True) keeps a column that each row can be divided by.",
    "The derivative by y_i is p_i, less 1 if i is the right word.",
    "mask[:, None] is a column. Multiplied with it, the rows that do not count become 0.",
)
SMALL = (np.log([[1.0, 3.0], [1.0, 1.0]]), np.array([1, 0]), np.array([True, False]))


def solution(y, targets, mask):
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    right = np.eye(y.shape[1])[targets]  # row t has a 1 at the right word
    return (p - right) * mask[:, None]


def problem(rng, i):
    y, targets, mask = problems.guesses(rng, i, ([1, 0, 1], [1], [0, 1, 1, 0, 1], [1, 1, 0, 1], [1, 0, 0, 1, 0])[i])
    p = np.exp(y - y.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), targets] -= 1
    return problems.Problem((y, targets, mask), np.where(mask[:, None], p, 0.0))


SLIPS = r"""
sign | p - right → right - p | The sign is turned. More y at the right word makes the loss smaller: there it is negative.
right word forgotten | p - right → p | These are the probabilities. At the right word something is to be taken away.
number for its place | p - right → p - targets[:, None]
    | You take the right word's number away. It says where something is to be taken away: at that place of the row, a 1.
right words in every row | p - right → p - (right.sum(axis=0) > 0)
    | You take 1 away in every row, for the right words of all. Row t has one right word of its own.
one from all | p - right → p - 1 | You take 1 from every entry. It belongs to the right word alone.
outputs for probabilities | p - right → y - right | The outputs y stand where their softmax belongs.
logarithm | p - right → np.log(p) - right | You took the logarithm of the probabilities. It is in the loss; its derivative is not.
derivative by p | p - right → -right / p | This is the derivative with respect to the probability. Go on, through softmax, to y.
derivative by p alone | p - right → right * (p - 1)
    | Only the right word's entry is left. The others stand in softmax's sum: they count too.
softmax over time | axis=1 → axis=0 | Your softmax sums over the sentence. It sums over the vocabulary: one row at a time.
softmax over all | (axis=1, keepdims=True) → () | Your softmax sums over the whole array. Each row has probabilities of its own.
one word late | np.eye(y.shape[1])[targets] → np.eye(y.shape[1])[np.roll(targets, 1)]
    | The right words are one step late. targets[t] is already the word after word t: row t belongs to it.
one word early | np.eye(y.shape[1])[targets] → np.eye(y.shape[1])[np.roll(targets, -1)]
    | The right words are one step early. targets[t] is already the word after word t: row t belongs to it.
mask ignored | * mask[:, None] → | Words that do not count have a derivative here. Theirs is 0.
mask turned | mask[:, None] → ~mask[:, None] | The mask is turned. True means: this token counts.
mean for sum | mask[:, None] → mask[:, None] / mask.sum()
    | You divide by the number of tokens that count. The course takes the sum over them.
masked rows cut out | (p - right) * mask[:, None] → (p - right)[mask]
    | The rows that do not count are cut out. Keep a row of zeros for each, so that row t stays word t.
divided by the length | mask[:, None] → mask[:, None] / len(y) | You divide by the number of words. The course takes the sum.
not normalised | np.exp(y) / np.exp(y).sum(axis=1, keepdims=True) → np.exp(y)
    | These are exponentials. To be probabilities they have to sum to 1 in each row.
mask on the right word alone | (p - right) * mask[:, None] → p - right * mask[:, None]
    | The mask reaches only what you take away. It belongs to the whole row, with its probabilities.
mask on the probabilities alone | (p - right) * mask[:, None] → p * mask[:, None] - right
    | The mask reaches the probabilities alone. It belongs to the whole row, with the right word's 1.
slope of σ | p - right → p * (1 - p) | p (1 − p) is how a probability moves with its own y. The right word enters too.
"""
