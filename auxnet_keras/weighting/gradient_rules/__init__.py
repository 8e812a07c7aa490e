"""Rules of gradients: weights from the Gram matrix of the tasks' gradients."""
