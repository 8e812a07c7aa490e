"""Writing to disk: files that are whole or absent, folders that one process has alone."""
