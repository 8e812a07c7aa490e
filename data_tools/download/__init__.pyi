from .fetch import download as download
