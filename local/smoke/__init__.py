"""Each capability once, from outside, on a stack of its own: what ``make smoke`` does."""
