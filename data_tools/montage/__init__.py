"""What `browse` draws with."""
