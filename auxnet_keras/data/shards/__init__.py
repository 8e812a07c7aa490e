"""Shards: a data set as a few large files and an index of its frames."""
