"""`gate`, but without the pauses that GitHub asks for between calls: for walks against the fake on loopback."""

import os

from gate.cli import main
from gate.host.github import Tempo

if __name__ == "__main__":
    defaults = Tempo.__init__.__kwdefaults__
    assert defaults is not None
    defaults.update(between_requests_s=0, between_writes_s=0, sleep=lambda _seconds: None)
    defaults["call_s"] = float(os.environ.get("WALK_CALL_S") or defaults["call_s"])
    main()
