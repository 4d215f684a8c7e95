"""Sample → Scores: the instruments."""
