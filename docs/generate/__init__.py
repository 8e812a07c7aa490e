"""The pages of the documentation that are made from code when it is built."""
