"""How often a law is tried: a few hundred times, more with ``pytest --hypothesis-profile=long``."""

from hypothesis import settings

law = settings(max_examples=max(300, settings.default.max_examples))
