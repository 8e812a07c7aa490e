"""Folders at an address: their files are listed, and copied to this machine."""
