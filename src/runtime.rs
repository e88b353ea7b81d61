//! Executor, named threads, shutdown signal, the monotonic line and systemd.
