"""One bar over many files, worked on in threads."""

import threading

import pytest

from data_tools.progress import in_order, with_progress


@pytest.mark.parametrize("each", [with_progress, in_order])
def test_all_results_come_and_nothing_is_printed_off_a_terminal(each, capfd):
    items = list(range(200))
    assert dict(each("Counting", items, lambda n: n * n)) == {n: n * n for n in items}
    assert list(each("Counting", [], lambda n: n)) == []
    assert capfd.readouterr() == ("", "")


def test_not_all_are_begun_at_once():
    begun, seen = [], 0
    for _ in with_progress("Counting", list(range(500)), begun.append):
        seen += 1
        assert len(begun) <= seen + 64
    assert seen == 500


def test_in_order():
    items, late = list(range(50)), threading.Event()

    def work(number):
        return late.wait(0.05) if number % 7 == 0 else late.set()  # the first of them is slow

    assert [item for item, _ in in_order("Counting", items, work)] == items


@pytest.mark.parametrize("each", [with_progress, in_order])
@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_after_an_end_none_is_begun(stop, each):
    begun, before = [], threading.active_count()

    def work(number):
        begun.append(number)
        if number == 3:
            raise stop

    with pytest.raises(stop):
        list(each("Counting", list(range(1000)), work))
    assert len(begun) <= 68 and threading.active_count() == before
