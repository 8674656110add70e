"""Kinds of slips: what goes wrong in a step, wherever that step stands. An exercise says where its steps are.

Each kind is written once, as in `edits.py`, with names in braces for what differs. What an exercise says of a slip in words of
its own comes first: a slip that it has under the same name is left out here.
"""

from .edits import Slip, read

LIMITS = "0.1", "1", "5", "10"

TANH = """
slope{of} missing | 1 - {s}**2 → {s}**0 | The slope of tanh{at} is missing.
slope{of} upside down | 1 - {s}**2 → (1 / (1 - {s}**2)) | You divide by the slope of tanh{at}. It multiplies.
tanh once more{of} | 1 - {s}**2 → 1 - np.tanh({s})**2 | {S} is already a tanh. Its slope needs no second one.
slope{of} at the sum | 1 - {s}**2 → 1 - np.arctanh({s})**2
    | You square what went into tanh{at}. Its slope is read from what came out.
slope{of}: square missing | 1 - {s}**2 → (1 - {s}) | Nearly. Look at the power in the slope{at}: it is the same for h and −h.
slope{of}: square of the difference | 1 - {s}**2 → (1 - {s})**2
    | In the slope{at} the square stands in the wrong place: it is that of {S}.
slope{of}: one minus missing | 1 - {s}**2 → {s}**2 | At 0 tanh is steepest, with slope 1. Your slope{at} is 0 there.
slope{of}: sign | 1 - {s}**2 → ({s}**2 - 1) | The sign of the slope{at} is turned. tanh rises everywhere.
slope{of}: root taken | 1 - {s}**2 → np.sqrt(1 - {s}**2) | One root too many in the slope{at}. That turns sine into cosine.
slope{of}: σ for tanh | 1 - {s}**2 → ({s} * (1 - {s})) | That is the slope of the logistic curve σ{at}. {S} is a tanh.
slope{of}: twice the product | 1 - {s}**2 → (1 - 2 * {s}) | There is a double in the slope{at} where a square belongs.
slope{of}: plus for minus | 1 - {s}**2 → (1 + {s}**2) | Look at the sign inside the slope{at}: far out, tanh gets flatter.
slope{of}: times the state | 1 - {s}**2 → ({s} * (1 - {s}**2)) | There is a factor {S} too many in the slope{at}.
slope{of}: size for square | 1 - {s}**2 → (1 - abs({s})) | In the slope{at} you take the size of {S} where its square belongs.
slope{of}: state for slope | 1 - {s}**2 → {s} | {S} itself stands where its slope belongs.
slope{of} twice | 1 - {s}**2 → (1 - {s}**2)**2 | The slope{at} is in it twice.
"""

SIGMA = """
slope of {n} missing | {s} * (1 - {s}) → {s}**0 | The slope of the logistic curve is missing for {n}.
tanh for σ in {n} | {s} * (1 - {s}) → (1 - {s}**2) | {n} goes through σ. You used the slope of tanh.
{n} for its slope | {s} * (1 - {s}) → {s} | {n} itself stands where the slope of its σ belongs: half of it is missing.
1 − {n} for its slope | {s} * (1 - {s}) → (1 - {s}) | Half of the slope of {n} is missing: 1 − {n} stands there alone.
σ of {n} for its slope | {s} * (1 - {s}) → (1 / (1 + np.exp(-{s}))) | You put {n} through σ once more, and took no slope.
slope at σ of {n} | {s} * (1 - {s}) → np.exp(-{s}) / (1 + np.exp(-{s}))**2
    | {n} is a σ already. You take the slope at {n}, as if at its sum.
slope of {n} upside down | {s} * (1 - {s}) → (1 / ({s} * (1 - {s}))) | You divide by the slope of {n}. It multiplies.
slope of {n}: sign | {s} * (1 - {s}) → ({s} * ({s} - 1)) | The sign of the slope of {n} is turned. σ rises everywhere.
slope of {n}: plus for minus | {s} * (1 - {s}) → ({s} * (1 + {s})) | Look at the sign inside the slope of {n}.
slope of {n}: a square too many | {s} * (1 - {s}) → ({s} * (1 - {s}**2)) | There is a square in the slope of {n}. σ has none.
slope of {n}: both factors alike | {s} * (1 - {s}) → {s}**2 | The two factors of the slope of {n} are alike in yours.
"""

WAY_BACK = """
nothing carried back{to} | {own} + {back} → {own} | Nothing comes back{to} from later words: each word gets its own loss alone.
sign of what came back{to} | {own} + {back} → {own} - {back} | What comes back{to} is subtracted. It is added.
mean with what came back{to} | {own} + {back} → ({own} + {back}) / 2
    | You take the mean with what came back{to}. The two are added.
own loss left out | {own} + {back} → (dh[t] if t == len(h) - 1 else 0) + {back}
    | Only the last word's own loss is in it. Each adds its dh[t].
own loss nowhere | {own} + {back} → {back} | No word's own loss is in it. Every word adds its dh[t].
later losses twice | {own} + {back} → dh[t:].sum(axis=0) + {back}
    | The later words' losses are in it twice: they arrive in what comes back.
last loss for every word | {own} + {back} → dh[-1] + {back} | Every word adds the last word's loss. Each has its own, dh[t].
losses in reverse order | {own} + {back} → dh[-1 - t] + {back} | The losses stand in reverse order: at step t it is dh[t].
loss of the word before | {own} + {back} → dh[t - 1] + {back} | At step t you add the loss of the word before. It is dh[t].
what came back{to} kept | {back} = {carry} → {back} = {back} + {carry}
    | What came back{to} is in it already. The part for the word before takes its place, and is not added to it.
transpose lost | W_hh.T @ {da} → sum(W @ d for W, d in zip(np.split(W_hh, {blocks}), np.split({da}, {blocks})))
    | You carry back with W_hh where its transpose belongs{each}.
sizes of the weights | W_hh.T @ {da} → abs(W_hh).T @ {da} | You carry back with the sizes of the weights. Keep their signs.
walks forward | reversed(range(len(h))) → range(len(h)) | You walk from the first word on. What comes back starts at the last.
first word left out | range(len(h)) → range(1, len(h)) | The loop stops before the first word, t=0.
last word left out | range(len(h)) → range(len(h) - 1) | The loop leaves out the last word, t=T−1.
word before for word | x[t]) → x[t - 1]) | W_x is paired with the word before. At step t it multiplied x[t].
word after for word | x[t]) → x[min(t + 1, len(h) - 1)]) | W_x is paired with the word after. At step t it multiplied x[t].
last word for every word | x[t]) → x[-1]) | W_x is paired with the last word every time. At step t it multiplied x[t].
first word for every word | x[t]) → x[0]) | W_x is paired with the first word every time. At step t it multiplied x[t].
= for += | += → = | Only one word's part is left in it. Each word is to be *added*: look at = and +=.
mean for sum | {ret} → {name: g / len(h) for name, g in {ret}.items()}
    | This is the mean over the words. The weights are shared, so their parts are summed.
sign | {ret} → {name: -g for name, g in {ret}.items()}
    | The sign is turned. The gradient points uphill; going down is up to the optimiser.
times the words | {ret} → {name: g * len(h) for name, g in {ret}.items()}
    | It is multiplied by the number of words. Each counts once.
"""

# Clipped to one of the limits that people use. Each has the same name: the message need not know which.
CLIPPED = """
clipped on the way back | {own} + {back} → {own} + np.clip({back}, -{limit}, {limit})
    | What comes back is clipped at each step, inside the loop. That is no gradient any more: clip it at the end, if at all.
clipped on the way back | {own} + {back} → np.clip({own} + {back}, -{limit}, {limit})
    | What comes back is clipped at each step, inside the loop. That is no gradient any more: clip it at the end, if at all.
shortened on the way back | {own} + {back} → {own} + {back} * min(1, {limit} / (np.linalg.norm({back}) + 1e-300))
    | What comes back is shortened at each step, inside the loop. That is no gradient any more: shorten it at the end, if at all.
clipped at the end | {ret} → {name: np.clip(g, -{limit}, {limit}) for name, g in {ret}.items()}
    | The gradient is clipped at the end. That belongs to training: here the gradient itself is asked for.
"""

BEFORE = """
last state for the start{of} | {s}[t - 1] if t > 0 else {s}0 → {s}[t - 1]
    | At t=0, {s}[t - 1] is {s}[-1], which is the last state. The state before the first word is {s}0.
start taken as zero{of} | else {s}0 → else 0 * {s}0 | At t=0 the state before the step is {s}0, which need not be zero.
state after for state before{of} | {s}[t - 1] if t > 0 else {s}0 → {s}[t]
    | The state after the step{of} stands in place of the one before.
start for every state before{of} | {s}[t - 1] if t > 0 else {s}0 → {s}0
    | {s}0 stands before every word. It does before the first: at a later one it is the state before the step, and changes with t.
last state for every word{of} | {s}[t - 1] if t > 0 else {s}0 → {s}[-1]
    | The last {s} stands before every word. Each word has the one before its own step.
first word has no state before{of} | {s}[t - 1] if t > 0 else {s}0 → {s}[max(t - 1, 0)]
    | At t=0 stands the state after the first word. Before it stands {s}0.
"""

LOGARITHM = """
natural logarithm{of} | np.log10( → np.log( | This is the natural logarithm{of}. The one to base 10 is asked for.
logarithm to base 2{of} | np.log10( → np.log2( | This is the logarithm to base 2{of}. The one to base 10 is asked for.
"""

STRETCH = """
Frobenius norm{of} | np.linalg.norm({A}, 2) → np.linalg.norm({A})
    | You take the Frobenius norm{of}, the root of the sum of squares. Take the largest singular value: norm(…, 2).
spectral radius{of} | np.linalg.norm({A}, 2) → np.abs(np.linalg.eigvals({A})).max()
    | You take the largest eigenvalue{of}, which is no upper bound. The norm is the largest stretch: norm(…, 2).
largest entry{of} | np.linalg.norm({A}, 2) → np.abs({A}).max() | You take the largest entry{of}. Take its stretch: norm(…, 2).
smallest stretch{of} | np.linalg.norm({A}, 2) → np.linalg.norm({A}, -2) | You take the smallest stretch{of}, not the largest.
largest row sum{of} | np.linalg.norm({A}, 2) → np.linalg.norm({A}, np.inf)
    | You take the largest sum over a row{of}, not the stretch, norm(…, 2).
largest column sum{of} | np.linalg.norm({A}, 2) → np.linalg.norm({A}, 1)
    | You take the largest sum over a column{of}, not the stretch, norm(…, 2).
stretch squared{of} | np.linalg.norm({A}, 2) → np.linalg.norm({A}, 2)**2 | The stretch is squared{of}. Take it as it is.
stretches added{of} | np.linalg.norm({A}, 2) → np.linalg.norm({A}, "nuc") | You add up singular values{of}. Take the largest.
"""


# One step back through a GRU. {d} is what arrives at h, {old} the state before.
GRU = """
z and 1 − z swapped | (1 - {z}) * {d} → {z} * {d} | n is multiplied by 1 − z. Here z is what keeps the old state.
the other z | (1 - {z}) * {d} → {z} * {d} && ({old} - {n}) → ({n} - {old}) && {z} * {d} + → (1 - {z}) * {d} +
    | You have z and 1 − z the other way round, everywhere. Here z is what keeps the old state; other texts swap them.
candidate let in whole | (1 - {z}) * {d} → {d} | n is multiplied by 1 − z. In da_n that is missing.
sign of dL/dn | (1 - {z}) * {d} → ({z} - 1) * {d} | The sign of dL/dn is turned: more n is more of the new state.
n left out of dL/dz | ({old} - {n}) → {old} | z stands twice in h = z h_before + (1 − z) n. The second has a minus.
sign of dL/dz | ({old} - {n}) → ({n} - {old}) | The sign of dL/dz is turned: more z is more of the old state.
inner sum left out | inner * da_n → da_n | r multiplies the inner sum, and in da_r that is missing.
r beside the old state | inner * da_n → {old} * da_n | r multiplies the inner sum, not the old state alone. da_r carries it.
r outside the tanh | inner * da_n → inner * (1 - {z}) * {d} | r stands inside the tanh: da_r starts from da_n, with its slope.
inner bias left out | inner * da_n → (W_n @ {old}) * da_n | The inner sum has a bias too. r multiplies all of it.
r twice in dL/dr | inner * da_n → inner * {r} * da_n | In dL/dr it is r that moves: what is left is the inner sum.
direct road missing | {z} * {d} + → | The direct road is missing in what goes back: h_before also stands beside z.
direct road not gated | {z} * {d} + → {d} + | On the direct road the old state is multiplied by z.
direct road by 1 − z | {z} * {d} + → (1 - {z}) * {d} + | Your direct road is gated by 1 − z. Here z is what keeps the old state.
"""

# One step back through an LSTM. {dc} is what arrives at c, {dh} at h, {came} what came back to c from the next step.
LSTM = """
nothing comes back to c | = {came} + {o} → = {o} | Nothing comes back to c from the next step, which read it through f.
way through h missing | {came} + {o} * (1 - np.tanh({c})**2) * {dh} → {came}
    | c matters in two ways: for the next step, and through h = o tanh(c). The second is missing.
output gate missing | {o} * (1 - np.tanh({c})**2) → (1 - np.tanh({c})**2) | On the way from h = o tanh(c) into c, o is missing.
slope of c at the sum | np.tanh({c})**2 → {c}**2 | From h into c the slope of tanh is read from tanh(c). Here c is squared.
slope at the old c | np.tanh({c})**2 → np.tanh(c_before)**2
    | The slope of tanh is taken at the old c. h = o tanh(c) has the new one.
new c beside f | c_before * {dc} → {c} * {dc} | f multiplies the old c. So da_f carries c_before, not c.
g beside f | c_before * {dc} → {g} * {dc} | f multiplies the old c. You have g beside it, which belongs to i.
g beside g | {i} * {dc} * (1 → {g} * {dc} * (1 | g is multiplied by i in c. So da_g carries i.
i beside i | {g} * {dc} * {i} → {i} * {dc} * {i} | i is multiplied by g in c. So da_i carries g.
input and forget swapped | {g} * {dc} * {i} * (1 - {i}) → {g} * {dc} * {f} * (1 - {f}) | da_i has the slope of f, not its own.
c for tanh(c) | np.tanh({c}) * {dh} → {c} * {dh} | o multiplies tanh(c), not c.
h for tanh(c) | np.tanh({c}) * {dh} → {o} * np.tanh({c}) * {dh}
    | In h = o tanh(c) it is o that moves. So da_o carries tanh(c), not h.
output gate from dc | np.tanh({c}) * {dh} → np.tanh({c}) * {dc} | o stands in h alone. So da_o starts from dL/dh, not from dL/dc.
forget gate missing | {f} * {dc} → {dc} | On its way to the old c the gradient is multiplied by f.
input gate for forget gate | {f} * {dc} → {i} * {dc}
    | The input gate stands on the way to the old c. c = f c_before + i g: it is f.
1 − f for f | {f} * {dc} → (1 - {f}) * {dc} | On its way to the old c the gradient is multiplied by f. You used 1 − f.
σ of f on the way to c | {f} * {dc} → {dc} / (1 + np.exp(-{f})) | f is a σ already. On the way to the old c you take σ once more.
slope of f on the way to c | {f} * {dc} → {f} * (1 - {f}) * {dc}
    | On the way to the old c it is c that moves, not f: f, without slope.
one block alone | W_hh.T @ da → np.split(W_hh, 4)[3].T @ da_o | Only the output gate's block goes back to h. All four read it.
order of the blocks | [da_i, da_f, da_g, da_o] → [da_f, da_i, da_g, da_o] | The blocks stand in another order: i, f, g, o.
output before candidate | [da_i, da_f, da_g, da_o] → [da_i, da_f, da_o, da_g]
    | The blocks stand in another order: i, f, g, o. Some texts put o third.
"""


def _kind(text: str, but: str = "", **fill: str) -> list[Slip]:
    """The slips of a kind, without one that is none here, or that the exercise has under another name."""
    return [slip for slip in read(text, **fill) if slip.name != but]


def tanh(s: str, of: str = "", says: str = "h", but: str = "") -> list[Slip]:
    """Where the slope of tanh is read from its output `s`. of: " of g", where there are several."""
    return _kind(TANH, but, s=s, of=of, at=of.replace(" of ", " for "), S=says)


def sigma(s: str, n: str = "", but: str = "") -> list[Slip]:
    """Where the slope of a gate is read from its value `s`."""
    return _kind(SIGMA, but, s=s, n=n or s)


def way_back(ret: str, own: str = "dh[t]", back: str = "back", da: str = "da", blocks=1, to="", carry="W_hh.T") -> list[Slip]:
    """The loop of every way back: the loss and what came back, the words, what is carried, the sums, what is returned."""
    fill = {"ret": ret, "own": own, "back": back, "da": da, "blocks": str(blocks), "to": to, "carry": carry}
    fill["each"] = ", block by block" if blocks > 1 else ""
    return _kind(WAY_BACK, **fill) + [slip for limit in LIMITS for slip in _kind(CLIPPED, limit=limit, **fill)]


def before(s: str, of: str = "", but: str = "") -> list[Slip]:
    """The state before a step: `s[t - 1]`, and before the first word the start, `s0`."""
    return _kind(BEFORE, but, s=s, of=of)


def logarithm(of: str = "") -> list[Slip]:
    """Where a logarithm to base 10 is taken."""
    return _kind(LOGARITHM, of=of)


def stretch(A: str, of: str = "", but: str = "") -> list[Slip]:
    """The norm of a matrix, its largest singular value."""
    return _kind(STRETCH, but, A=A, of=of)


def gru(z: str, r: str, n: str, d: str, old: str) -> list[Slip]:
    """One step back through a GRU, from the gates and the candidate, what arrives, and the state before."""
    slopes = [*tanh(n, " of n", "n", "slope of n: sign"), *sigma(z, "z", "slope of z: sign"), *sigma(r, "r")]
    return _kind(GRU, z=z, r=r, n=n, d=d, old=old) + slopes


def lstm(gates: tuple[str, str, str, str], c: str, dh: str, dc: str, came: str) -> list[Slip]:
    """One step back through an LSTM, from i, f, g and o, c, what arrives at h and c, and what came back to c."""
    i, f, g, o = gates
    slopes = [*tanh(f"np.tanh({c})", " of c", "tanh(c)"), *tanh(g, " of g", "g"), *sigma(i, "i"), *sigma(f, "f"), *sigma(o, "o")]
    own = _kind(LSTM, i=i, f=f, g=g, o=o, c=c, dh=dh, dc=dc, came=came)
    return own + [slip for slip in slopes if slip.name != "slope of c at the sum"]
