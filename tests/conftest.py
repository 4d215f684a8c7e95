"""Hypothesis on a busy machine: how long an example takes is no law here (benchmarks measure that)."""

from hypothesis import settings

settings.register_profile("calm", deadline=None)
settings.load_profile("calm")
