"""A settled order that nobody asked about for a week is over."""

from datetime import timedelta

from orders.application import thresholds
from orders.application.announce import news_of_progress, tell
from orders.application.ports import Work

AT_ONCE = 200


async def close_orders(uow: Work) -> int:
    """Close up to 200 orders whose days of grace have passed; how many there were."""
    quiet = timedelta(days=uow.setting(thresholds.close_after))
    settled = await uow.progress.lock_settled(uow.now - quiet, AT_ONCE)
    news = []
    for progress in settled:
        progress.close(uow.now, quiet)
        news.append(news_of_progress(progress, uow))
    await uow.progress.save(settled)
    await tell(news, uow)
    return len(settled)
