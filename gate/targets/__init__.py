"""Case → Reply: the ways to reach an application under test."""
