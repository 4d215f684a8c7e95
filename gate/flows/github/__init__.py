"""The walks of the GitHub Action: an event in, a verdict told; the slash commands. `action.py` is the first to read."""
