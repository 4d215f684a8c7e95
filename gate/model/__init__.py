"""The nouns. Nothing else of ours is imported from here."""
