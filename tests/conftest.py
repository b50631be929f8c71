"""Laws try the same cases on each run; ``--hypothesis-profile=long`` ten thousand new ones."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=10_000, deadline=None)
settings.load_profile("same")
