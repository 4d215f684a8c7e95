"""These tests need a built image and an engine that runs it: `make image-test` gives both. Otherwise they aren't collected.

`.ci/image` runs them in CI, and says so aloud where no engine is to be had.
"""

import os

from tests.walks.conftest import gated, stage

__all__ = ["gated", "stage"]
collect_ignore = [] if "GATE_IMAGE" in os.environ else ["test_image.py", "test_action.py"]
