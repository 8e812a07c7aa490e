"""What `statistics` counts, derives from the counts, and shows."""
