"""An HTTP session that retries, and follows redirects only if they keep the protection."""

from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema
from urllib3.util import Retry

from auxnet_keras.core.printable import printable

TRIES = 6
"""Attempts per request, and consecutive attempts of a transfer without progress."""

BACKOFF = 1.0
"""Seconds to wait after the first attempt; doubled each time."""


class Session(requests.Session):
    """Retries if a server fails or is busy.

    It follows redirects to http and https only, and never from https to http.

    Args:
        tries: Attempts per request.
    """

    def __init__(self, tries: int = TRIES) -> None:
        super().__init__()
        self.max_redirects = 10
        self.headers["Accept-Encoding"] = "identity"  # lengths and ranges count the file's bytes
        policy = Retry(
            total=tries - 1,
            backoff_factor=BACKOFF,
            status_forcelist=(429, 500, 502, 503, 504),
            respect_retry_after_header=False,  # a server may ask for hours of silence
        )
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=policy))

    def close(self) -> None:
        """Closes connections, and lets requests of other threads fail that would try again."""
        for adapter in self.adapters.values():
            pools = adapter.poolmanager.pools
            for key in pools.keys():  # noqa: SIM118 - it is no dict
                pools[key].close()
        super().close()

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """The next URL, or None; called by `requests` after every response.

        Raises:
            InvalidSchema: The URL is not a web address, or is less protected than this one.
        """
        try:
            target = super().get_redirect_target(resp)
            after = None if target is None else urlsplit(urljoin(resp.url, target)).scheme
        except ValueError as error:  # not a URL; requests would end in a traceback
            resp.close()
            raise InvalidSchema(f"a redirection to no web address ({error})") from error
        if target is not None:
            before = urlsplit(resp.url).scheme
            if after not in ("http", "https") or (before, after) == ("https", "http"):
                resp.close()
                raise InvalidSchema(f"a redirection from {before} to {after}, {target!r}")
        return target


def root_cause(error: Exception) -> str:
    """The innermost cause of an error of the library, without its object names."""
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", None) or cause
    text = printable(" ".join(str(cause).split()))
    return text.rpartition("): ")[2].rstrip(".") or type(error).__name__
