"""``pytest --hypothesis-profile=long`` tries every law ten thousand times."""

from hypothesis import settings

settings.register_profile("long", max_examples=10_000, deadline=None)
