import os
import signal
import threading

import pytest

from auxnet_keras.callbacks import stop_signals
from auxnet_keras.callbacks.stop_signals import StopSignals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_waits_until_it_is_obeyed(number):
    before = signal.getsignal(number)
    signals = StopSignals()
    signals.start()
    os.kill(os.getpid(), number)
    assert signals.received == number
    with pytest.raises(SystemExit) as caught:
        signals.exit_if_received()
    assert caught.value.code == 128 + number
    assert signal.getsignal(number) == before


def test_a_signal_that_came_too_late_to_agree_on_is_obeyed(monkeypatch):
    class Meets:
        def agreed(self, received, logs):
            return None

    monkeypatch.setattr(stop_signals, "process_count", lambda: 2)
    monkeypatch.setattr(stop_signals, "JointStop", Meets)
    signals = StopSignals()
    signals.start()
    os.kill(os.getpid(), signal.SIGTERM)
    signals.agree(None)
    signals.exit_if_received()
    with pytest.raises(SystemExit):
        signals.exit_if_noted()


def test_nohup_is_respected():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        signals = StopSignals()
        signals.start()
        os.kill(os.getpid(), signal.SIGHUP)
        signals.stop()
        assert signals.received is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_waits_once():
    signals = StopSignals()
    signals.start()
    os.kill(os.getpid(), signal.SIGINT)
    assert signals.received == signal.SIGINT
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_a_signal_nothing_ends():
    signals = StopSignals()
    signals.start()
    signals.exit_if_received()
    signals.stop()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_puts_nothing_off():
    signals = StopSignals()
    thread = threading.Thread(target=signals.start)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
