from pathlib import Path

import pytest

from auxnet_keras.data.remote.url import as_path, check_url, is_url
from auxnet_keras.errors import ConfigError
from auxnet_keras.experiments.config.run_config import RunConfig
from auxnet_keras.experiments.outputs.shareable import without_folders


def test_addresses_and_folders():
    assert is_url("s3://bucket/data") and is_url("HTTP://host") and is_url("memory://a")
    assert not any(
        map(is_url, ("/data", "data", "C:/x", "a:b", "s3:/bucket", Path("s3://x"), None))
    )
    assert check_url("gs://bucket/data//") == "gs://bucket/data"


@pytest.mark.parametrize(
    "url",
    [
        *("http://user:secret@host/data", "s3://key@bucket", "http://host/a?signature=1"),
        *("simplecache::s3://bucket/x", "s3://", "http://[host/data", "http://host/#a"),
    ],
)
def test_what_no_address_may_hold(url):
    with pytest.raises(ConfigError, match=r"Cannot read data from .*Expected an address") as caught:
        check_url(url)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match="write %3F or %23 if one is part of a name"):
        check_url("https://host/data #2")


def test_a_path_that_prints_as_the_address():
    path = as_path("s3://bucket/data")
    inside = path / "frames.npz" / "images" / "a/1"
    assert str(path) == f"{path}" == "s3://bucket/data" and path.resolve() == path
    assert str(inside) == "s3://bucket/data/frames.npz/images/a/1"
    assert inside.relative_to(path).as_posix() == "frames.npz/images/a/1"
    assert not path.exists() and path.name == "data" and path.parent.name == "bucket"


def test_settings_keep_an_address():
    config = RunConfig(data="shards:s3://bucket/data/", extra_data="shards:http://host/x", labels=3)
    assert (config.data, config.root) == ("shards", "s3://bucket/data")
    assert config.extra_data == "shards:http://host/x"
    assert without_folders("shards:s3://bucket/data") == "shards:data"
    assert without_folders("s3://bucket/data") == "data"
    with pytest.raises(ConfigError, match="without a user or a password"):
        RunConfig(data="shards:http://me:secret@host/x")
