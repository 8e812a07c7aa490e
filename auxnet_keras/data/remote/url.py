"""Addresses of data in object storage or on a web server, as paths that print as given."""

import re
from pathlib import Path, PosixPath
from urllib.parse import urlsplit

from auxnet_keras.core.printable import printable
from auxnet_keras.errors import ConfigError

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def is_url(root: object) -> bool:
    """Whether a root is an address such as `s3://bucket/data` rather than a folder."""
    return isinstance(root, str) and _URL.match(root) is not None


def is_web(url: str) -> bool:
    """Whether an address is on a web server; every other one is fsspec's."""
    return url.lower().startswith(("http://", "https://"))


def check_url(url: str) -> str:
    """The address without a slash at its end.

    Raises:
        ConfigError: It holds a password, is signed, or chains several protocols.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _refused(url, "an address such as s3://bucket/data", str(error)) from error
    if "@" in parts.netloc:  # it would be written to config.yaml and reports
        shown = f"{parts.scheme}://...@..."
        raise _refused(shown, "an address without a user or a password", "credentials")
    usual = "an address such as s3://bucket/data"
    if "?" in url or "#" in url:
        remedy = "; write %3F or %23 if one is part of a name" if is_web(url) else ""
        raise _refused(url, f"{usual}, without ? and #{remedy}", "a query or a fragment")
    if "::" in url or not parts.netloc + parts.path.strip("/"):
        raise _refused(url, usual, "another form")
    return url.rstrip("/")


class UrlPath(PosixPath):
    """A path that keeps both slashes after the protocol; it is nowhere on this machine."""

    def __str__(self) -> str:
        return super().__str__().replace(":/", "://", 1)

    def resolve(self, strict: bool = False) -> "UrlPath":
        """The path itself."""
        return self


def as_path(url: str) -> Path:
    """The address as a path, for messages and to name what is below it."""
    return UrlPath(url)


def _refused(url: str, expected: str, received: str) -> ConfigError:
    return ConfigError(
        f"Cannot read data from {printable(url)}. Expected {expected}; names and keys belong into "
        f"the environment or the store's own configuration. Received: {received}."
    )
