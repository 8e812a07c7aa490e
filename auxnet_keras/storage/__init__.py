"""Writing to disk: whole or absent, one process alone, and what to say where it is refused."""
