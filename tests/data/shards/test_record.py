import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxnet_keras.data.shards.record import Record, pack, unpack
from auxnet_keras.errors import DataError

FILE = st.binary(min_size=1, max_size=50)
RECORDS = st.builds(
    Record,
    st.text(st.characters(codec="utf-8"), max_size=9),
    FILE,
    st.none() | FILE,
    st.none() | FILE,
)


@given(RECORDS)
@settings(max_examples=30, deadline=None)
def test_what_is_packed_is_unpacked(record):
    assert unpack(pack(record)) == record


@given(RECORDS, st.data())
@settings(max_examples=30, deadline=None)
def test_a_record_that_is_cut_is_refused(record, data):
    packed = pack(record)
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    for damaged in (cut, packed + b"\0", b"B" + packed[1:]):
        with pytest.raises(DataError, match=r"Not a frame of a shard: there\. .*Received: "):
            unpack(damaged, "there")
