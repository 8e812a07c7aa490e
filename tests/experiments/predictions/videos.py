"""Small videos for tests."""

import cv2
import numpy as np


def film(path, frames=20, rate=12.5, size=(48, 64), codec="VP80"):
    """Writes a video whose frames get brighter; returns its path."""
    from auxnet_keras.core.silence import silent

    path.parent.mkdir(parents=True, exist_ok=True)
    with silent():
        code = cv2.VideoWriter.fourcc(*codec)
        file = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, rate, size[::-1])
        for number in range(frames):
            file.write(picture(number, size)[..., ::-1].copy())
        file.release()
    assert path.is_file()
    return path


def picture(number, size=(48, 64)):
    """Frame `number` as it is written, RGB: the upper half blue, its left end red."""
    frame = np.full((*size, 3), 40 + 5 * number, np.uint8)
    frame[: size[0] // 2] = (0, 0, 255)
    frame[: size[0] // 2, : size[1] // 2] = (255, 0, 0)
    return frame


def turned(path):
    """Gives an MP4 the matrix of a phone held sideways: its player turns it by 90 degrees."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40  # version, times, id, duration, layer, group, volume
    one = (1 << 16).to_bytes(4, "big")
    minus = ((1 << 32) - (1 << 16)).to_bytes(4, "big")
    zero = bytes(4)
    data[place : place + 20] = zero + one + zero + minus + zero
    path.write_bytes(data)
    return path


def cut(path):
    """Removes the second half of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path
