"""Trains one run on several devices, of one host or of many."""
