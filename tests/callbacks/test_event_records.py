"""TensorBoard's own reader reads what is written; what a kill leaves is read up to the cut."""

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.plugins.text.summary_v2 import text_pb

from auxnet_keras.callbacks.event_log import event_files
from auxnet_keras.callbacks.event_records import EventWriter, read_events


@pytest.fixture
def written(tmp_path):
    """A file with three records after its first one."""
    writer = EventWriter(tmp_path / "board")
    for step in range(3):
        writer.write([text_pb(name, f"text {step}") for name in ("a", "b")], step)
    writer.close()
    (file,) = event_files(tmp_path / "board")
    return file


def steps(events):
    return [event.step for event in events if event.summary.value]


def test_tensorboard_reads_it(written):
    events = list(EventFileLoader(str(written)).Load())
    assert events[0].file_version == "brain.Event:2"
    assert steps(events) == [0, 1, 2]
    assert [value.tag for value in events[1].summary.value] == ["a", "b"]
    assert events[1].wall_time <= events[2].wall_time


def test_two_writers_have_two_files(tmp_path):
    for _ in range(2):
        EventWriter(tmp_path).close()
    assert len(event_files(tmp_path)) == 2


def test_what_a_kill_or_a_power_cut_leaves_is_read_up_to_the_cut(written):
    content = written.read_bytes()
    records, whole = read_events(written)
    assert whole and b"".join(record for record, _ in records) == content
    last = len(records[-1][0])
    for cut in (1, 4, last // 2, last - 4, last - 9, last - 1):
        for rest in (b"", bytes(cut)):  # a disk may have made room for what was never written
            written.write_bytes(content[:-cut] + rest)
            found, whole = read_events(written)
            assert not whole and steps(event for _, event in found) == [0, 1]
    written.write_bytes(content[:-last])
    found, whole = read_events(written)
    assert whole and steps(event for _, event in found) == [0, 1]
    flipped = bytearray(content)
    flipped[-last] ^= 1  # the length of the last record
    written.write_bytes(flipped)
    assert not read_events(written)[1]
