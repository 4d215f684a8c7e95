"""Where we run: the working tree and git here."""
