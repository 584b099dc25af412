"""How eagerly a process takes up what comes: a batch costs mostly the same whether it holds one thing or fifty."""

from __future__ import annotations

import asyncio

_SHARE, _LONGEST = 4.0, 0.25


async def gather(took: float) -> None:
    """Let more come together before the next batch: the longer the last one took (seconds), the longer.

    A quiet machine handles a batch in milliseconds and loses as many. On a busy one every process waits for a
    processor, and would, if it began again at once, always find one thing and do all the work for it; that is how a
    busy machine stays busy. Nobody waits longer than a quarter of a second.
    """
    await asyncio.sleep(min(took * _SHARE, _LONGEST))
