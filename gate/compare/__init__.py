"""Scorecards → Verdict. Pure."""
