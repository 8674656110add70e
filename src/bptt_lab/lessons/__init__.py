"""What the notebooks measure, one file a notebook, named after it: so a notebook's cells stay short.

What several notebooks use stands with the first of them.
"""

from . import (
    four_words_four_terms,
    gates,
    gru_and_lstm,
    long_memory_measured,
    partial_cures,
    short_term_memory,
    the_chain_rule_through_time,
    vanishing_and_exploding,
)

__all__ = [
    "four_words_four_terms", "gates", "gru_and_lstm", "long_memory_measured", "partial_cures", "short_term_memory",
    "the_chain_rule_through_time", "vanishing_and_exploding",
]  # fmt: skip
