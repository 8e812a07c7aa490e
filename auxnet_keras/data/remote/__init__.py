"""Data sets at an address, in object storage or on a web server: their files, one at a time."""
