"""Golden documents: the expected text lies beside the test; GATE_RENEW_GOLDEN=1 writes it anew, to be read in review."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    path = FOLDER / name
    if os.environ.get("GATE_RENEW_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    assert path.exists(), f"there is no {path.name}; write it with GATE_RENEW_GOLDEN=1"
    assert text == path.read_bytes().decode("utf-8"), f"{path.name} is another text now"
