"""Work → a thread beside the main one, which takes no signal to end: each of those is the main thread's.

The kernel hands a signal to whichever thread comes first of those that do not block it, and Python runs its handler in
the main thread alone (docs.python.org, signal, "Signals and Python threads"). A main thread that waits in a system call
would sleep on, past a Ctrl-C that another thread took. Not for work that starts processes: they inherit what is blocked.
"""

import signal
import threading
from collections.abc import Callable

_ENDING = (signal.SIGINT, signal.SIGTERM)


def beside(work: Callable[..., object], *arguments: object, name: str | None = None) -> threading.Thread:
    """The thread, started; it ends with the process at the latest."""
    thread = threading.Thread(target=work, args=arguments, daemon=True, name=name)
    before = signal.pthread_sigmask(
        signal.SIG_BLOCK, _ENDING
    )  # a thread inherits it, from its first moment on
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return thread
