"""Shared by all rooms: catalogues, registration with Keras, valid pixels, replicas."""
