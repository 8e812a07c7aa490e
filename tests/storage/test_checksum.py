"""The checksum of a file."""

from auxnet_keras.storage.checksum import sha256


def test_sha256_of_a_known_text(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"abc")  # the example of FIPS 180-4
    assert sha256(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
