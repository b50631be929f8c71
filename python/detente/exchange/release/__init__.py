"""Release: what leaves under an agreement, when, why not, and what is noted of it."""
