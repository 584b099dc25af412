"""What people do with a customer: warn of him, forgive him, forget him."""

from uuid import UUID

from crm.application.keep_customers import changed
from crm.application.ports import Stores, Work
from crm.domain.customer import Customer
from crm.domain.errors import CustomerErased


async def blacklist(id: UUID, reason: str, stores: Stores, uow: Work) -> Customer:
    """Warn of this buyer at order entry (CRM-14). Again, with another reason, changes the reason."""
    return await _list(id, True, reason, stores, uow)


async def forgive(id: UUID, reason: str, stores: Stores, uow: Work) -> Customer:
    """Take the warning back (CRM-14). Nothing happens to one who is not listed."""
    return await _list(id, False, reason, stores, uow)


async def _list(id: UUID, listed: bool, reason: str, stores: Stores, uow: Work) -> Customer:
    row = await uow.customers.get(id, stores)
    if row.erased:
        raise CustomerErased(id=str(id))
    kept = reason if listed else None
    if row.blacklisted == listed and row.blacklist_reason == kept:
        return row
    now = await uow.customers.change(id, blacklisted=listed, blacklist_reason=kept)
    await uow.customers.note_blacklisting(
        id=uow.new_id(), customer_id=id, listed=listed, reason=reason, by=str(uow.actor), at=uow.now
    )
    uow.audit(
        "blacklist" if listed else "forgive",
        "customer",
        id,
        before={"blacklisted": row.blacklisted, "reason": row.blacklist_reason},
        after={"blacklisted": listed, "reason": kept},
        reason=reason,
    )
    uow.publish(changed(now))
    return now


async def erase(id: UUID, reason: str, stores: Stores, uow: Work) -> Customer:
    """Forget who this was (CRM-01): what was bought stays in the books, the person does not. Others follow."""
    row = await uow.customers.get(id, stores)
    if row.erased:
        return row
    await uow.customers.forget_contacts(id)
    now = await uow.customers.change(
        id, phone=None, name=None, email=None, address=None, blacklisted=False, blacklist_reason=None, erased=True
    )
    uow.audit("erase", "customer", id, before={"orders": row.orders}, reason=reason)
    uow.publish(changed(now))
    return now
