"""How the C library's allocator is set up: for few threads and much sharing."""

import ctypes

_M_TRIM_THRESHOLD, _M_ARENA_MAX = -1, -8  # malloc.h of glibc


def settle_allocator() -> None:
    """One heap for all threads, and freed memory goes back to the system.

    By default every thread that allocates gets a heap of its own, of which little is used here (a process has one busy
    thread and a few that wait). To be called before the first thread is started. Other C libraries than glibc do
    without.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_ARENA_MAX, 1)
    mallopt(_M_TRIM_THRESHOLD, 256 * 1024)
