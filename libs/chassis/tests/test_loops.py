import asyncio
import time

from chassis.loops import watched_loop


async def test_a_loop_that_does_not_turn_is_told_from_outside_of_it(capfd):
    reasons: list[str] = []

    async with watched_loop(0.3, end=reasons.append):
        time.sleep(0.8)  # noqa: ASYNC251 - a handler that blocks, which is what is looked for

    assert reasons[0].startswith("its event loop has not turned for")
    assert "test_a_loop_that_does_not_turn" in capfd.readouterr().err


async def test_a_loop_that_turns_is_left_alone():
    reasons: list[str] = []

    async with watched_loop(0.3, end=reasons.append):
        for _ in range(8):
            await asyncio.sleep(0.1)

    assert reasons == []
