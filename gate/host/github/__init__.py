"""A repository on GitHub → what it tells, as nouns; effects → what they do to it. The one door to PyGithub.

`GitHub.connect` (client.py) opens it. PyGithub (a quarter of a second to import) is loaded there, never before. It
never shows the token, never waits without a bound, and never repeats a write without looking whether it happened.
"""

from gate.host.github.client import GitHub
from gate.host.github.failure import HostError
from gate.host.github.tempo import Tempo

__all__ = ["GitHub", "HostError", "Tempo"]
