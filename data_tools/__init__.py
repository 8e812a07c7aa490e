"""Getting and checking data; `auxnet data ...` on the command line."""
