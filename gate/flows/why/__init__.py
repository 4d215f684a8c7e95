"""The walks that see why: explain, history, bisect, replay, a hypothesis; and a suite run at another commit."""
