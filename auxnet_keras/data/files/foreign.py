"""Recognizes files that are not the image their name promises, by their first bytes."""

_STARTS = (
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (b"\xff\xd8", "a JPEG"),
    (b"\x89PNG\r\n\x1a\n", "a PNG"),
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"\x76\x2f\x31\x01", "an OpenEXR file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"%PDF", "a PDF"),
    (b"\x1aE\xdf\xa3", "a video; extract its frames first"),
    (b"\0\0\x01\xba", "a video; extract its frames first"),
)
_RIFF = {b"AVI ": "a video; extract its frames first", b"WEBP": "a WebP image"}
_BRANDS = dict.fromkeys((b"avif", b"avis"), "an AVIF image") | dict.fromkeys(
    (b"heic", b"heix", b"mif1", b"msf1"), "a HEIF image; convert it to JPEG or PNG"
)


def describe(data: bytes) -> str:
    """What a file is, in words: "a web page", or its first bytes if it is nothing known."""
    for start, what in _STARTS:
        if data.startswith(start):
            return what
    if data.startswith(b"RIFF"):
        return _RIFF.get(data[8:12], "a RIFF file")
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a video; extract its frames first")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return "a web page; the download needs a login or another address"
    if data[:257] == bytes(257):
        return "zero bytes; the copy or the disk failed"
    return f"a file that starts with {data[:8]!r}"
