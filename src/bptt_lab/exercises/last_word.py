"""Notebook 09: a baseline that every net has to beat, the guess from the last word alone."""

import numpy as np

from ..tasks.english import last_word_guess
from . import problems

TASK = "Guess was (0) or were (1) from the last word alone: the verb that followed it more often in training."
HINTS = (
    "were[last == word] are the verbs that came after this word in training.",
    "If there are none, take all of were. The guess is 1 where the mean is above one half.",
    "Go through new, one word at a time, collect the guesses in a list, and return np.array of it.",
)
SMALL = (np.array([7, 7, 8]), np.array([1, 1, 0]), np.array([8, 7]))


def solution(last, were, new):
    guesses = []
    for word in new:
        seen = were[last == word]  # the verbs that came after this word in training
        followed = seen if len(seen) > 0 else were
        guesses.append(1 if followed.mean() > 0.5 else 0)
    return np.array(guesses)


def problem(rng, i):
    """Words 0 to 29, of which training has the first 25, many of them once or twice; 0 has one of each verb."""
    share = (0.7, 0.3, 0.6, 0.45, 0.9)[i]
    last = np.append(1 + (24 * rng.random(90) ** 2).astype(int), [0, 0])
    new = np.append(rng.permutation(30), [0, 28, 29])
    were = (rng.random(92) < np.where(last % 2 == 1, share, 1 - share) * 0.5 + 0.5 * share).astype(int)
    were[-2:] = 0, 1
    return problems.Problem((last, were, new), last_word_guess(last, were, new))


SLIPS = r"""
commoner verb | seen = were[last == word] → seen = were
    | You always say the commoner verb, the other baseline. Look at the word too.
shares | 1 if followed.mean() > 0.5 else 0 → followed.mean()
    | You return shares. A guess is 0 or 1: say were, 1, where its share is above one half.
unseen is was | else were → else np.zeros(1) | After a word that training never had you always say was. Say the commoner verb.
unseen is were | else were → else np.ones(1) | After a word that training never had you always say were. Say the commoner verb.
tie is were | > 0.5 → >= 0.5 | Where both verbs are as common, you say were. The task says was.
ever seen | followed.mean() > 0.5 → followed.any()
    | You say were once it came at all. Say it where it came in more than half the cases.
turned | 1 if followed.mean() > 0.5 else 0 → 0 if followed.mean() > 0.5 else 1 | Your guesses are turned: 1 is were, 0 is was.
of all words | > 0.5 → > were.mean() | You compare with the share over all words. Compare with one half: that is right more often.
last one seen | followed.mean() > 0.5 → (seen[-1] if len(seen) else were.mean() > 0.5)
    | You say the verb that followed this word last. Count all of them.
tie is the commoner | followed.mean() > 0.5 → followed.mean() + 1e-9 * (were.mean() - 0.5) > 0.5
    | Where both verbs are as common, you say the commoner one of all. The task says was.
more than once | followed.mean() > 0.5 → followed.sum() > 1
    | You say were once it came twice. Say it where it came in more than half the cases.
"""
