"""What `verify` looks for in the files of a data set."""
