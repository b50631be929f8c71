"""How often a law is tried: a few times on each run, the same ones; more in a long run.

`DETENTE_CASES=10000` makes the long run, in which every law has as many cases.
"""

import os

from hypothesis import settings


def cases(few: int) -> int:
    """Return how many cases there are: so many, or those of the long run."""
    return int(os.environ.get("DETENTE_CASES", few))


law = settings(max_examples=cases(300), deadline=None)
