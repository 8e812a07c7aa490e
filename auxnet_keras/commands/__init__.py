"""The commands of `auxnet`: one file each, thin over `auxnet_keras.experiments`."""
