import os
import signal
import threading

import pytest

from auxnet_keras.callbacks.stop_signals import StopSignals


def test_a_signal_waits_until_it_is_obeyed():
    before = signal.getsignal(signal.SIGTERM)
    signals = StopSignals()
    signals.start()
    os.kill(os.getpid(), signal.SIGTERM)
    assert signals.received == signal.SIGTERM
    with pytest.raises(SystemExit) as caught:
        signals.obey()
    assert caught.value.code == 143
    assert signal.getsignal(signal.SIGTERM) == before


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
    signals.obey()
    signals.stop()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_puts_nothing_off():
    signals = StopSignals()
    thread = threading.Thread(target=signals.start)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
