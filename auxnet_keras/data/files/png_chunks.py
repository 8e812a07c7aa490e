"""The chunks of a PNG: checks that they are complete, and keeps those that make up the image.

Text, colour profiles and camera tags do not affect stored values, but a decoder unpacks them: a
small file can hold thousands that each take megabytes.
"""

import struct

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 1_000_000
_IMAGE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def image_chunks(data: bytes, image_bytes: int) -> bytes | None:
    """The PNG with only the chunks of its image.

    Args:
        data: The file.
        image_bytes: Bytes of the unpacked image. Packing adds hardly anything, so a file with twice
            as much hides something.

    Returns:
        A PNG, the file itself if nothing was dropped; None if the file ends within a chunk, has too
        many of them, one without a name, or another header.
    """
    content = memoryview(data)
    kept: list[memoryview] = [content[: len(SIGNATURE)]]
    position = first = len(SIGNATURE)
    packed = 0
    for _ in range(MAX_CHUNKS):
        if position + 12 > len(data):
            return None
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data) or not kind.isalpha() or (kind == b"IHDR") != (position == first):
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
