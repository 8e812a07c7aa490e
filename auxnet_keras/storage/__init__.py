"""Writing to disk: whole or absent, one process at a time, with clear errors if it fails."""
