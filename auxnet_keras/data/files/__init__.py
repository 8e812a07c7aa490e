"""File formats: PNG, JPEG, names and listings."""
