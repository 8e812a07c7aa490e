"""The statistics of studies: pure functions of scores by seed."""
