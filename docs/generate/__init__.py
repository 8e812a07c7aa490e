"""Documentation pages that are generated from code during the build."""
