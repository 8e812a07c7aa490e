"""The basis of all rooms: catalogues, registration with Keras, valid pixels, replicas."""
