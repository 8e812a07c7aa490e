"""Reads files under limits of memory and time; prints what each one was told and took."""

import json
import resource
import sys
import time
from pathlib import Path

from auxnet_keras.data.files import png
from auxnet_keras.data.files.image import read_image
from auxnet_keras.data.readers.folder_spec import read_spec
from auxnet_keras.errors import AuxnetError
from auxnet_keras.experiments.config.config_file import read_config
from auxnet_keras.experiments.run.json_files import read_json
from auxnet_keras.safety import check_weights, read_npz

MEMORY, SECONDS = 384 << 20, 60
READERS = {
    "weights": lambda path: check_weights(path, 1000),
    "npz": read_npz,
    "config": read_config,
    "folder": lambda path: read_spec(path.parent),
    "json": read_json,
    "image": read_image,
    "label": lambda path: png.decode(path, png.PngKind("label", 8, ("grey",), "ids")),
}


def status(name: str) -> int:
    """A number of /proc/self/status, in bytes."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{name}:")[1].split()[0]) << 10


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (status("VmSize") + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for argument in sys.argv[1:]:
        reader, _, name = argument.partition("=")
        Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
        before, start = status("VmRSS"), time.monotonic()
        try:
            READERS[reader](Path(name))
            told = None
        except AuxnetError as error:
            told = f"{type(error).__name__}: {error}"
        took = {"memory": status("VmHWM") - before, "seconds": time.monotonic() - start}
        print(json.dumps({"file": Path(name).name, "told": told, **took}))


if __name__ == "__main__":
    main()
