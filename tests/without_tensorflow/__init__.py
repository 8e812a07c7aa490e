"""The whole tool where TensorFlow is not installed; .ci/run has an environment for it."""
