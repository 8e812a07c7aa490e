"""What every room stands on: late imports, registration with Keras, pixels that count, replicas."""
