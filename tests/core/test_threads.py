"""The number of threads of an operation: told, kept, or reported as another one."""

import tensorflow as tf

from auxnet_keras.core import threads


def test_what_is_set_counts_before_what_is_there(monkeypatch):
    monkeypatch.setattr(tf.config.threading, "get_intra_op_parallelism_threads", lambda: 0)
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    monkeypatch.setattr(threads, "available", lambda: 7)
    assert threads.thread_count() == 7
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "3")
    assert threads.thread_count() == 3
    monkeypatch.setattr(tf.config.threading, "get_intra_op_parallelism_threads", lambda: 2)
    assert threads.thread_count() == 2


def test_too_late_to_change():
    tf.constant(1.0) + 1.0
    now = threads.thread_count()
    assert threads.use_threads(now)
    assert not threads.use_threads(now + 1)
    assert threads.thread_count() == now


def test_a_share_leaves_what_is_set_on_purpose(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    for name in ("TF_NUM_INTRAOP_THREADS", "NPROC", "PJRT_NPROC"):
        monkeypatch.delenv(name, raising=False)
    share = threads.share_of(2)
    assert share["TF_NUM_INTRAOP_THREADS"] == share["PJRT_NPROC"] == share["NPROC"] == "2"
    assert "OMP_NUM_THREADS" not in share
