"""Notebook 01: the loss of a sentence is the sum of its tokens' losses, less the masked ones."""

import numpy as np

from . import problems

TASK = "Write the loss of a sentence from its outputs, the right words and a mask. Return the sum over the tokens that count."
HINTS = (
    "One token first: its loss is −ln of the probability of the right word.",
    "The probability of word i is exp(y_i) divided by the sum of all exp(y_j). So −ln of it is np.log(np.exp(y[t]).sum()) − y_i.",
    "Go through t, look at mask[t], and add.",
)
SMALL = (np.log([[1.0, 3.0], [1.0, 1.0]]), np.array([1, 0]), np.array([True, False]))


def solution(y, targets, mask):
    total = 0.0
    for t in range(len(targets)):
        if mask[t]:
            total += np.log(np.exp(y[t]).sum()) - y[t, targets[t]]
    return total


def problem(rng, i):
    counts = ([1, 0, 1, 1], [1], [0, 1, 0, 0, 1], [1, 1, 1, 0, 0, 1, 0, 1, 1], [1, 0, 0, 1])[i]
    y, targets, mask = problems.guesses(rng, i, counts)
    p = np.exp(y - y.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return problems.Problem((y, targets, mask), -np.log(p[np.arange(len(y)), targets])[mask].sum())


SLIPS = r"""
mean for sum | return total → return total / mask.sum() | This is the mean over the tokens that count. The course takes the sum.
mean over all | return total → return total / len(mask) | This divides by the number of all tokens. The course takes the sum.
mask ignored | if mask[t]: → if True: | This sums every token. Leave out those where the mask is false.
mask turned | if mask[t]: → if not mask[t]: | This sums the tokens that are masked. True means: this token counts.
last token alone | total += → total = | Only the last token that counts is left. Each one is to be *added*: look at = and +=.
sign | return total → return -total | The sign is turned. A loss is −ln of a probability, so it is never negative.
no normaliser | np.log(np.exp(y[t]).sum()) → | You take −y of the right word. Its probability also needs the sum over all words.
softmax over all | np.exp(y[t]).sum() → np.exp(y).sum()
    | You divide by the sum over the whole array. Each row of y is one guess, with probabilities of its own.
logarithm missing | np.log(np.exp(y[t]).sum()) → np.exp(y[t]).sum() | The sum over all words stands there without its logarithm.
probability for its logarithm | np.log(np.exp(y[t]).sum()) - y[t, targets[t]] → np.exp(y[t, targets[t]]) / np.exp(y[t]).sum()
    | You add up the probabilities of the right words. The loss is −ln of each.
bits for nats | return total → return total / np.log(2) | This is in bits. The course takes the natural logarithm, so nats.
logarithm to base 10 | return total → return total / np.log(10)
    | This is the logarithm to base 10. The course takes the natural one, np.log.
stops at the first | range(len(targets)) → range(1)
    | Only the first token is looked at: the return stands inside the loop. Move it to the left.
logarithm of the sum | return total → p = np.exp(y[np.arange(len(y)), targets]) / np.exp(y).sum(axis=1)\nreturn -np.log((p *
    mask).sum()) | You add up probabilities and take one logarithm. Each token has its own: first the logarithm, then the sum.
softmax over time | np.exp(y[t]).sum() → np.exp(y[:, targets[t]]).sum()
    | Your softmax sums over the words of the sentence. It sums over the vocabulary: one row at a time.
every word of the vocabulary | np.log(np.exp(y[t]).sum()) - y[t, targets[t]] → y.shape[1] * np.log(np.exp(y[t]).sum()) -
    y[t].sum() | You add up −ln of every probability in a row. Only the right word has a price.
rows and words mixed | return total → return sum(np.log(np.exp(y[k]).sum()) - y[k, word] for k, word in enumerate(targets[mask]))
    | The words that count are cut out, but not their rows. Then word and row no longer belong together.
right words in every row | return total → p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)\nreturn -(np.log(p[:, targets]) *
    mask).sum() | Each row meets the right words of all rows: [:, targets] takes all of these columns. Row t has one right word.
"""
