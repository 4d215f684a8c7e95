"""Report → text. Pure."""
