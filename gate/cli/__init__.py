"""The door: options → flow → exit code. One file a verb; nothing is decided here."""
