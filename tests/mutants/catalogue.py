"""Every mutant: the guarantee it takes away, how, and the test that must notice.

``test`` is a test of the package that makes the promise; ``shows`` (a regular expression) is what its failure has to
say, so that a mutant which merely breaks the code, or a test that fails for another reason, does not count.
"""

from __future__ import annotations

from dataclasses import dataclass

from mutants.edit import Edit


@dataclass(frozen=True)
class Mutant:
    name: str
    takes_away: str
    edit: Edit
    test: str
    shows: str


MUTANTS = {
    mutant.name: mutant
    for mutant in (
        Mutant(
            name="no-inbox",
            takes_away="an event that is delivered again has no second effect",
            edit=Edit(
                module="chassis.delivery",
                within="Delivery._not_yet_handled",
                old="fresh = await inbox.remember(uow.connection, self._reader.name, [each.id for each in arrived])",
                new="fresh = {each.id for each in arrived}",
            ),
            test="libs/chassis/tests/messaging/test_repeats_and_order.py::"
            "test_an_event_that_is_on_the_topic_twice_has_one_effect",
            shows=r"twice: \['crop-0', 'crop-1'",
        ),
        Mutant(
            name="acknowledge-first",
            takes_away="the position moves in the transaction of the effects",
            edit=Edit(
                module="chassis.delivery",
                within="Delivery._together",
                old="await inbox.advance(uow.connection, self.positions_as, ends)",
                new="""
                async with self._runtime.engine.begin() as acknowledging:
                    await inbox.advance(acknowledging, self.positions_as, ends)
                """,
            ),
            test="libs/chassis/tests/messaging/test_sudden_death.py::"
            "test_what_a_dead_consumer_had_in_hand_is_handled_by_the_next",
            shows=r"lost: \['crop-\d+'",
        ),
        Mutant(
            name="delete-before-the-brokers-ack",
            takes_away="a row stays in the outbox until the broker has it",
            edit=Edit(
                module="chassis.relay",
                within="Relay._round",
                old="""
                acknowledged, spoiled = await self._sending.send(producer, rows)
                hooks.reach("ack-before-delete")
                await self._delete(held, acknowledged)
                """,
                new="""
                await self._delete(held, rows)
                acknowledged, spoiled = await self._sending.send(producer, rows)
                """,
            ),
            test="libs/chassis/tests/messaging/test_sudden_death.py::"
            "test_what_a_dead_relay_had_in_hand_is_sent_by_the_next",
            shows=r"lost: \[0, 1",
        ),
        Mutant(
            name="skip-locked-instead-of-an-owner",
            takes_away="one relay at a time sends the events of a key",
            edit=Edit(
                module="chassis.relay",
                within="Relay._round",
                old="""
                async with self._runtime.engine.connect() as connection:
                    rows = (await connection.execute(_READ, values)).all()
                acknowledged: list[Any] = []
                if rows:
                    acknowledged, spoiled = await self._sending.send(producer, rows)
                    hooks.reach("ack-before-delete")
                    await self._delete(held, acknowledged)
                    if spoiled is not None:
                        raise ProducerSpoiled(f"{type(spoiled).__name__}: {spoiled}") from spoiled
                """,
                new="""
                claimed = _READ.text.replace("shard = ANY(CAST(:shards AS smallint[]))", "true") + " FOR UPDATE SKIP LOCKED"
                async with self._runtime.engine.begin() as connection:
                    rows = (await connection.execute(text(claimed), values | {"limit": 20})).all()
                    acknowledged: list[Any] = []
                    if rows:
                        acknowledged, _ = await self._sending.send(producer, rows)
                        done = {"seqs": [row.seq for row in acknowledged]}
                        await connection.execute(text("DELETE FROM chassis.outbox WHERE seq = ANY(:seqs)"), done)
                """,  # noqa: E501
            ),
            test="libs/chassis/tests/messaging/test_repeats_and_order.py::"
            "test_two_relays_send_each_keys_events_in_the_order_in_which_they_were_said",
            shows=r"out of order: ",
        ),
        Mutant(
            name="parked-keys-not-parked",
            takes_away="what follows a failed event under its key waits for it",
            edit=Edit(
                module="chassis.delivery",
                within="Delivery._behind_a_failed_one",
                old="parked = await inbox.parked(uow.connection, name, "
                "[each.key for each in todo if each.key is not None])",
                new="parked: set[tuple[str, str]] = set()",
            ),
            test="libs/chassis/tests/messaging/test_on_real_kafka.py::"
            "test_a_poisoned_key_waits_while_others_flow_and_goes_on_after_the_replay",
            shows=r"overtook its key's poison: \['harvested 50'",
        ),
        Mutant(
            name="key-outside-the-transaction",
            takes_away="an Idempotency-Key commits with its effect or not at all",
            edit=Edit(
                module="chassis.http.routes",
                within="_done",
                old="await remember(writing[0].uow.connection, claim, response)",
                new="""
                async with request.app.state.runtime.engine.begin() as aside:
                    await remember(aside, claim, response)
                """,
            ),
            test="libs/chassis/tests/http/test_idempotency.py::test_an_effect_that_is_rolled_back_stores_no_key",
            shows=r"assert 201 == 500",
        ),
        Mutant(
            name="token-not-checked",
            takes_away="a service believes only what the gateway has signed",
            edit=Edit(
                module="chassis.security.tokens",
                within="TokenVerifier._read",
                old="claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims",
                new="claims = __import__('json').loads(jws.extract_compact(token.encode()).payload)",
            ),
            test="libs/chassis/tests/security/test_access.py::test_a_forged_token_does_not_reach_the_database",
            shows=r"assert 201 == 401",
        ),
        Mutant(
            name="unguarded-reserve",
            takes_away="stock is locked from reading what is there to writing what is promised",
            edit=Edit(
                module="inventory.adapters.stock_room",
                within="_LOCK_LEVELS",
                old="ORDER BY v.sku, v.location_id FOR UPDATE OF v",
                new="ORDER BY v.sku, v.location_id",
            ),
            test="services/inventory/tests/adapters/test_races.py::test_forty_orders_at_once_for_the_last_seven_units",
            shows=r"assert \(\d+, \d+\) == \(7, 33\)",
        ),
        Mutant(
            name="journal-without-balance-check",
            takes_away="the database takes no entry that does not sum to zero",
            edit=Edit(
                module="accounting.migrations.versions.0001_journal",
                within="GUARDS",
                old="IF wrong IS NOT NULL THEN",
                new="IF false THEN",
            ),
            test="services/accounting/tests/entrypoints/test_books.py::test_the_database_refuses_an_unbalanced_entry",
            shows=r"DID NOT RAISE",
        ),
        Mutant(
            name="scans-move-backwards",
            takes_away="a parcel moves forward only, whatever order scans come in",
            edit=Edit(
                module="shipping.domain.shipment",
                within="Shipment.report",
                old="""
                if self.status in FINAL:
                    return Outcome.FINAL
                self.seen_at = max(scan.at, self.seen_at or scan.at)
                to = target(scan.status)
                if self._is_past(scan, to):
                    if to is Status.FAILED and self.moved_at != scan.at and self.status in ON_THE_WAY_OUT:
                        self.attempts += 1
                    return Outcome.LATE
                if not may_move(self.status, to, return_is_certain=self.return_is_certain):
                    self.return_is_certain = self.return_is_certain or to is Status.RETURNING
                    return Outcome.NOTED
                """,
                new="to = target(scan.status)",
            ),
            test="services/shipping/tests/entrypoints/test_scans.py::"
            "test_late_and_repeated_scans_are_kept_and_shown_but_move_nothing",
            shows=r"assert \['applied', 'applied', 'duplicate'\] == \['final', 'final', 'duplicate'\]",
        ),
        Mutant(
            name="early-half-dropped",
            takes_away="a fact that arrives before what it refers to is kept",
            edit=Edit(
                module="shipping.adapters.consignments",
                within="_HOLD",
                old="""
                INSERT INTO consignments AS held (order_id, heard_at, terms_sequence, stock_heard_at, reserved_at, waiting_since,
                                                  released)
                SELECT id, :heard_at, 0, :heard_at, reserved_at, waiting_since, false
                FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:since AS timestamptz[]))
                     AS n (id, reserved_at, waiting_since)
                ORDER BY id
                ON CONFLICT (order_id) DO UPDATE
                    SET reserved_at = excluded.reserved_at, waiting_since = excluded.waiting_since,
                        stock_heard_at = COALESCE(held.stock_heard_at, excluded.stock_heard_at)
                """,  # noqa: E501
                new="""
                UPDATE consignments AS held
                SET reserved_at = n.reserved_at, waiting_since = n.waiting_since,
                    stock_heard_at = COALESCE(held.stock_heard_at, :heard_at)
                FROM unnest(CAST(:ids AS uuid[]), CAST(:ats AS timestamptz[]), CAST(:since AS timestamptz[]))
                     AS n (id, reserved_at, waiting_since)
                WHERE held.order_id = n.id
                """,
            ),
            test="services/shipping/tests/entrypoints/test_halves.py::"
            "test_the_shipment_is_made_by_whichever_half_comes_last",
            shows=r"AssertionError: \('hold', 'terms', 'packed'\)",
        ),
        Mutant(
            name="cancel-decided-by-orders-alone",
            takes_away="whoever has the parcel decides whether a confirmed order can be cancelled",
            edit=Edit(
                module="orders.domain.order",
                within="Order.cancel",
                old="if self.sales is Sales.CONFIRMED:",
                new="if False:",
            ),
            test="services/orders/tests/entrypoints/test_desk.py::"
            "test_a_confirmed_order_asks_whether_it_can_be_cancelled",
            shows=r"assert \(200, 'cancelled'\) == \(202, 'cancelling'\)",
        ),
    )
}
