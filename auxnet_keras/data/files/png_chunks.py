"""The chunks of a PNG: whole up to their end, and those that make the image.

Texts, colour profiles and camera tags say nothing about stored values, but a decoder unpacks them:
a small file can hold thousands that each take megabytes.
"""

import struct

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 1_000_000
_IMAGE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def image_chunks(data: bytes, image_bytes: int) -> bytes | None:
    """The PNG with the chunks of its image alone.

    Args:
        data: The file.
        image_bytes: What its image takes unpacked. Packed it takes hardly more, so a file with
            twice as much hides something.

    Returns:
        A PNG, the file itself where nothing is left out; None if the file ends before its chunks
        do, or has too many of them.
    """
    content = memoryview(data)
    kept: list[memoryview] = [content[: len(SIGNATURE)]]
    position, packed = len(SIGNATURE), 0
    for _ in range(MAX_CHUNKS):
        if position + 12 > len(data):
            return None
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            return None
        if kind in _IMAGE:
            kept.append(content[position:end])
        if kind == b"IDAT":
            packed += length
        if kind == b"IEND":
            if packed > 2 * image_bytes + 65536:
                return None
            return data if sum(map(len, kept)) == len(data) else b"".join(kept)
        position = end
    return None
