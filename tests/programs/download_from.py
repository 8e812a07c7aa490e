"""`auxnet data download` with the published addresses replaced by those of a server here.

Arguments: the server's address, the most bytes a file may have (0: any), the command's arguments.
"""

import resource
import sys
from dataclasses import replace
from urllib.parse import urlsplit

from auxnet_keras.cli import main
from auxnet_keras.data.remote import session
from data_tools.download import catalogue

server, most, *arguments = sys.argv[1:]
if int(most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
session.BACKOFF = 0.001
catalogue._ROUNDED = 20.0  # the files there have other sizes
for editions in catalogue.RELEASES.values():
    for name, release in editions.items():
        files = tuple(
            catalogue.Remote(
                server + urlsplit(remote.url).path, 100_000, remote.holds, remote.needs
            )
            for remote in release.files
        )
        editions[name] = replace(release, files=files)
main(arguments)
