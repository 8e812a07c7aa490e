"""What `NonFinite` may do with a batch of NaN or infinity; the command line lists them too."""

POLICIES = ("raise", "skip", "rollback")
