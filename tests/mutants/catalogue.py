"""The event core with one mistake each, and the test that must notice it."""

from dataclasses import dataclass
from typing import Final

INBOX: Final = "tests/shared/test_inbox.py"
INTERLEAVINGS: Final = "tests/shared/test_interleavings.py"
OUTBOX_HAZARDS: Final = "tests/hazards/test_outbox_hazards.py"
CONSUMER_HAZARDS: Final = "tests/hazards/test_consumer_hazards.py"
RELAY_HAZARDS: Final = "tests/hazards/test_relay_hazards.py"


@dataclass(frozen=True)
class Edit:
    """`old` stands exactly once in the file."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    name: str
    test: str
    edits: tuple[Edit, ...]


def mutant(name: str, file: str, old: str, new: str, *, test: str) -> Mutant:
    return Mutant(name, test, (Edit(file, old, new),))


APPEND: Final = (
    mutant(
        "the hash leaves the sequence out",
        "shared/events/migrations/0001_event_core.sql",
        " || int8send(sequence)",
        "",
        test="tests/shared/test_append.py::test_the_hashes_of_a_key_are_a_chain_that_anybody_can_recompute",
    ),
    mutant(
        "a transport that uvloop has closed is nobody's business",
        "shared/events/kafka.py",
        "except RuntimeError as error",
        "except OSError as error",
        test="tests/shared/test_kafka_connection.py"
        "::test_a_request_over_a_transport_that_uvloop_has_closed_fails_as_a_broken_connection",
    ),
    mutant(
        "republish leaves the first one out",
        "shared/events/migrations/0001_event_core.sql",
        "sequence >= from_sequence",
        "sequence > from_sequence",
        test=f"{INTERLEAVINGS}::test_what_is_published_again_is_the_sequence_asked_for_and_all_after_it",
    ),
    mutant(
        "keys are locked as they come",
        "shared/events/append.py",
        "sorted(conn.pending, key=lambda emitted: emitted.key)",
        "[*conn.pending]",
        test=f"{INTERLEAVINGS}::test_writers_and_readers_that_answer_never_deadlock",
    ),
    mutant(
        "a savepoint keeps what was emitted in it",
        "shared/db.py",
        "del pending[emitted:]",
        "pass",
        test=f"{INTERLEAVINGS}::test_a_reader_killed_before_any_statement_loses_nothing_and_repeats_nothing",
    ),
)

RELAY: Final = (
    mutant(
        "range delete",
        "shared/events/relay.py",
        "WHERE position = ANY($1)",
        "WHERE position <= ($1::bigint[])[cardinality($1)]",
        test=f"{INTERLEAVINGS}::test_an_event_that_commits_while_later_positions_are_sent_is_not_deleted_unsent",
    ),
    mutant(
        "xmin filter",
        "shared/events/relay.py",
        " ORDER BY position LIMIT",
        " AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY position LIMIT",
        test=f"{OUTBOX_HAZARDS}::test_a_cursor_skips_late_commits_or_turns_them_round_if_it_trusts_transaction_ids",
    ),
    mutant(
        "delete before the acknowledgement",
        "shared/events/relay.py",
        "        await _wait_for(sending,",
        '        await conn.execute("DELETE FROM outbox WHERE position = ANY($1)", sent)\n'
        "        await _wait_for(sending,",
        test=f"{INTERLEAVINGS}::test_nothing_leaves_the_outbox_before_its_acknowledgement",
    ),
    mutant(
        "NOTIFY without a poll",
        "shared/events/relay.py",
        "POLL_SECONDS: Final = 1.0",
        "POLL_SECONDS: Final = 3600.0",
        test=f"{RELAY_HAZARDS}::test_listen_dies_silently_and_the_poll_finds_what_nobody_told_of",
    ),
    mutant(
        "lock without a lease",
        "shared/events/relay.py",
        "            await _end_frozen(conn)\n",
        "",
        test=f"{RELAY_HAZARDS}::test_a_frozen_leader_loses_its_lock_and_wakes_to_find_another",
    ),
    mutant(
        "a leader frozen within a statement is left alone",
        "shared/events/relay.py",
        "wait_event_type = 'Client'",
        "state = 'idle'",
        test=f"{RELAY_HAZARDS}::test_a_frozen_leader_loses_its_lock_within_a_statement_too",
    ),
    mutant(
        "what follows the last known record is waited for",
        "shared/events/kafka.py",
        "while await consumer.position(partition) == position:",
        "while True:",
        test="tests/hazards/test_foreign_writers.py"
        "::test_what_cannot_be_read_at_the_end_of_the_log_keeps_no_relay_from_leading",
    ),
    mutant(
        "a log ahead of the database is ignored",
        "shared/events/log_ahead.py",
        "if known == event.chain or",
        "if True or",
        test="tests/shared/test_kafka.py::test_the_relay_halts_writing_when_the_log_knows_more_than_the_database",
    ),
)

READING: Final = (
    mutant(
        "bookmark before the effect",
        "shared/events/consumer.py",
        "outcome = await handle(",
        "async with db.transaction() as early:\n"
        "                    await write_bookmarks(\n"
        "                        early, batch, positions, source=source, cluster_id=takeover.cluster_id)\n"
        "                outcome = await handle(",
        test=f"{INTERLEAVINGS}::test_a_reader_killed_before_any_statement_loses_nothing_and_repeats_nothing",
    ),
    mutant(
        "nobody looks whether the database was put back",
        "shared/events/batch.py",
        "WHERE coalesce(next_offset, 0) < position",
        "WHERE false",
        test=f"{CONSUMER_HAZARDS}::test_database_put_back_under_a_living_reader_is_noticed_though_nothing_more_comes",
    ),
    mutant(
        "a bookmark that lies behind the reader is overwritten",
        "shared/events/batch.py",
        "coalesce(next_offset, 0) >= position AND ",
        "",
        test=f"{CONSUMER_HAZARDS}::test_database_put_back_under_a_living_reader_is_read_on_from_its_own_bookmark",
    ),
    mutant(
        "latest",
        "shared/events/consumer.py",
        'auto_offset_reset="earliest"',
        'auto_offset_reset="latest"',
        test=f"{CONSUMER_HAZARDS}::test_silent_offset_reset_of_a_new_reader_is_a_gap_that_the_owner_fills",
    ),
    mutant(
        "a new reader starts at the end",
        "shared/events/takeover.py",
        "self._read_from(partition, 0)",
        "self._read_from(partition, ends[partition])",
        test=f"{CONSUMER_HAZARDS}::test_silent_offset_reset_of_a_new_reader_is_a_gap_that_the_owner_fills",
    ),
    mutant(
        "watermark not locked when a batch is repeated",
        "shared/events/inbox.py",
        "    if locked:\n",
        "    if False:\n",
        test=f"{INBOX}::test_a_batch_that_is_repeated_carefully_has_its_keys_to_itself",
    ),
    mutant(
        "watermark moved whatever it has become",
        "shared/events/inbox.py",
        " AND w.sequence = n.sequence_before AND w.parked = n.parked_before",
        "",
        test=f"{INTERLEAVINGS}::test_two_members_that_read_one_partition_at_once_apply_each_event_once",
    ),
    mutant(
        "watermark not locked by a retry",
        "shared/events/parked.py",
        "WHERE key = $1 AND source = $2 FOR UPDATE",
        "WHERE key = $1 AND source = $2",
        test=f"{INTERLEAVINGS}::test_two_retries_of_one_key_at_once_apply_each_event_once",
    ),
    mutant(
        "no savepoint",
        "shared/events/inbox.py",
        "async with savepoint(conn):",
        "if True:",
        test=f"{INBOX}::test_a_failing_event_parks_its_key_and_blocks_no_other",
    ),
    mutant(
        "gaps are not seen",
        "shared/events/inbox.py",
        "if event.sequence > self.sequence + 1:",
        "if False:",
        test=f"{INBOX}::test_an_event_after_a_gap_waits_until_the_gap_is_filled",
    ),
    mutant(
        "parked events are overtaken",
        "shared/events/inbox.py",
        '"behind" if self.parked else ',
        "",
        test=f"{INBOX}::test_an_event_after_a_gap_waits_until_the_gap_is_filled",
    ),
    mutant(
        "causes are not waited for",
        "shared/events/inbox.py",
        'return "waiting"',
        'return "ready"',
        test=f"{INBOX}::test_an_event_waits_until_its_cause_has_been_applied_here",
    ),
    mutant(
        "who waits for a cause is not woken",
        "shared/events/inbox.py",
        "await wake_those_waiting_for(conn, source, [r.envelope.key for r in outcome.applied])",
        "pass",
        test=f"{INBOX}::test_an_event_waits_until_its_cause_has_been_applied_here",
    ),
    mutant(
        "another event in the place of the last one is a duplicate",
        "shared/events/inbox.py",
        "or event.chain == self.hash",
        "or event.sequence == self.sequence",
        test=f"{INBOX}::test_a_history_that_forks_is_parked_and_not_dropped",
    ),
    mutant(
        "a rewritten history is read on",
        "shared/events/inbox.py",
        "if event.prevchain != self.hash:",
        "if False:",
        test=f"{INBOX}::test_when_a_forged_record_is_discarded_the_true_history_goes_on",
    ),
    mutant(
        "what fills a gap is not due",
        "shared/events/inbox.py",
        "0.0 if fills_gap else None",
        "None",
        test=f"{INBOX}::test_an_event_after_a_gap_waits_until_the_gap_is_filled",
    ),
    mutant(
        "what is parked of a paused source is applied",
        "shared/events/parked.py",
        " AND source NOT IN (SELECT source FROM pause)",
        "",
        test=f"{INBOX}::test_what_is_parked_of_a_paused_source_waits_until_it_is_resumed",
    ),
    mutant(
        "operators skip gaps",
        "shared/events/acts.py",
        "== sequence <= applied + 1",
        "== sequence",
        test=f"{INBOX}::test_a_gap_cannot_be_skipped_for_that_would_throw_its_events_away",
    ),
)

FEED: Final = (
    Mutant(
        "serial cursor",
        "tests/notifications/deliveries/test_deliver.py"
        "::test_batches_at_the_same_time_leave_no_gap_and_lock_nobody_out",
        (
            Edit(
                "services/notifications/migrations/0001_subscriptions.sql",
                "number bigint NOT NULL CONSTRAINT delivery",
                "number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT delivery",
            ),
            Edit(
                "services/notifications/deliveries/commands.py",
                "INSERT INTO delivery (subscription_id, number, event_id)",
                "INSERT INTO delivery (subscription_id, event_id)",
            ),
            Edit(
                "services/notifications/deliveries/commands.py",
                "SELECT m.subscription_id, n.number_before + m.nth, m.event_id",
                "SELECT m.subscription_id, m.event_id",
            ),
        ),
    ),
)

MUTANTS: Final = (*APPEND, *RELAY, *READING, *FEED)
