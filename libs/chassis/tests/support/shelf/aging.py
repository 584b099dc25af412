import asyncio
from datetime import timedelta

from sqlalchemy import text

from chassis import JobRun, job


@job("age", every=timedelta(hours=1))
async def age(run: JobRun) -> None:
    """Makes every thing a year older, one by one."""
    while True:
        async with run.transaction() as uow:
            last = run.position or "00000000-0000-0000-0000-000000000000"
            found = await uow.connection.execute(
                text(
                    "UPDATE thing SET age = age + 1 WHERE id = "
                    "(SELECT id FROM thing WHERE id > :last ORDER BY id LIMIT 1) "
                    "RETURNING id"
                ),
                {"last": last},
            )
            next_one = found.scalar()
            if next_one is None:
                return
            run.position = str(next_one)
        await run.progress(1, None)
        await asyncio.sleep(0.1)


@job("never-well", cron="0 3 * * *")
async def never_well(run: JobRun) -> None:
    """Fails."""
    raise ValueError("not today")
