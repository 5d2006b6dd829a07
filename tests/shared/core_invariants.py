"""What must hold of the services of `core_model`: always, at rest, and after the owner's history was rewritten."""

from collections import Counter, defaultdict

from shared.events.envelope import GENESIS, parse_after
from tests.shared.core_model import SERVICES, WRITERS, Core


async def check_always(core: Core) -> None:
    """Whatever is under way, killed or frozen."""
    for writer in WRITERS:
        await _check_streams_are_dense_and_chained(core, writer)
        _check_log_is_in_order(core, writer)
    for reader in SERVICES:
        await _check_effects_are_what_the_watermarks_say(core, reader)


async def check_at_rest(core: Core) -> None:
    """When all has been sent and read, and nothing fails any more."""
    await check_always(core)
    assert not await core.unrest()
    for writer in WRITERS:
        await _check_changes_have_their_events(core, writer)
        await _check_each_question_has_one_answer(core, writer)
    for reader in SERVICES:
        await _check_causes_come_first(core, reader)


async def check_forks_are_seen(core: Core) -> None:
    """An event that is neither applied nor parked nor skipped was dropped: only where the key shows that it forked."""
    for reader in SERVICES:
        for source, key in core.rewritten:
            if source not in core.hears[reader]:
                continue
            owned = await core.eyes[source].fetch("SELECT id FROM event WHERE key = $1", key)
            known = await core.eyes[reader].fetch(
                """
                SELECT event_id AS id FROM effect
                UNION ALL SELECT id FROM parked
                UNION ALL SELECT (target->>'id')::uuid FROM operator_act
                """
            )
            forked = await core.eyes[reader].fetchval(
                "SELECT EXISTS (SELECT FROM parked WHERE key = $1 AND source = $2 AND reason = 'fork')", key, source
            )
            dropped = {row["id"] for row in owned} - {row["id"] for row in known}
            assert forked or not dropped, f"{reader} dropped {len(dropped)} events of {source}/{key} in silence"


async def _check_streams_are_dense_and_chained(core: Core, writer: str) -> None:
    rows = await core.eyes[writer].fetch(
        """
        SELECT key, last_sequence, last_hash, sequence, hash, event.previous_hash AS previous
        FROM stream FULL JOIN event USING (key) ORDER BY key, sequence
        """
    )
    heads: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        sequence, hash_ = heads.get(row["key"], (0, GENESIS))
        assert (row["sequence"], row["previous"]) == (sequence + 1, hash_), f"{writer}/{row['key']} after {sequence}"
        heads[row["key"]] = (row["sequence"], row["hash"])
    assert heads == {row["key"]: (row["last_sequence"], row["last_hash"]) for row in rows}


def _check_log_is_in_order(core: Core, writer: str) -> None:
    """The first copy of (key, n) came before that of (key, n+1)."""
    first: dict[str, list[int]] = defaultdict(list)
    for record in core.topics[writer].arrived:
        event = record.event()
        if event.sequence not in first[event.key] and (writer, event.key) not in core.rewritten:
            first[event.key].append(event.sequence)
    for key, sequences in first.items():
        assert sequences == sorted(sequences), f"{writer}/{key} came to the log as {sequences}"


async def _check_effects_are_what_the_watermarks_say(core: Core, reader: str) -> None:
    """Once each, in order, none left out but what an operator skipped; no honest history is taken for a forged one."""
    rows = await core.eyes[reader].fetch(
        """
        SELECT w.source, w.key, w.sequence, w.parked,
               ARRAY(SELECT e.sequence FROM effect e WHERE (e.source, e.key) = (w.source, w.key) ORDER BY n) AS effects,
               ARRAY(SELECT p.reason FROM parked p WHERE (p.source, p.key) = (w.source, w.key)) AS reasons,
               ARRAY(SELECT (target->>'sequence')::bigint FROM operator_act
                     WHERE act = 'skip' AND (result->>'done')::boolean
                       AND (target->>'source', target->>'key') = (w.source, w.key)) AS skipped
        FROM watermark w
        """
    )
    for row in rows:
        where = f"{reader} of {row['source']}/{row['key']}"
        assert row["parked"] == bool(row["reasons"]), f"{where}: {row['parked']=}, {row['reasons']=}"
        if (row["source"], row["key"]) in core.rewritten:
            continue
        due = [n for n in range(1, row["sequence"] + 1) if n not in row["skipped"]]
        assert row["effects"] == due, f"{where}: effects {row['effects']}, not {due}"
        assert "fork" not in row["reasons"], where


async def _check_changes_have_their_events(core: Core, writer: str) -> None:
    """All or nothing; and never nothing of what was accepted."""
    said = await core.eyes[writer].fetch("SELECT convert_from(payload, 'UTF8')::jsonb AS said FROM event")
    events = Counter(row["said"]["number"] for row in said if not row["said"]["answer"])
    changes = await core.eyes[writer].fetch("SELECT number FROM change ORDER BY number")
    assert [row["number"] for row in changes] == sorted(events)
    for number, change in enumerate(core.changes):
        if change.service == writer:
            assert events[number] in ({change.events} if change.accepted else {0, change.events})


async def _check_causes_come_first(core: Core, reader: str) -> None:
    """What the writer of an event had applied for the key, this reader has applied (or skipped) before the event."""
    after = {
        row["id"]: parse_after(row["after"] or "")
        for source in core.hears[reader]
        for row in await core.eyes[source].fetch("SELECT id, after FROM event")
    }
    skips = await core.eyes[reader].fetch("SELECT target FROM operator_act WHERE act = 'skip'")
    seen = {(skip["target"]["source"], skip["target"]["key"], skip["target"]["sequence"]) for skip in skips}
    for effect in await core.eyes[reader].fetch("SELECT source, key, sequence, event_id FROM effect ORDER BY n"):
        for source, least in after[effect["event_id"]].items():
            causes = {(source, effect["key"], n) for n in range(1, least + 1)}
            assert source not in core.hears[reader] or causes <= seen, (
                f"{reader}: {dict(effect)} before {causes - seen}"
            )
        seen.add((effect["source"], effect["key"], effect["sequence"]))


async def _check_each_question_has_one_answer(core: Core, reader: str) -> None:
    """What a handler emits is there exactly as often as its effect."""
    emitted = await core.eyes[reader].fetch("SELECT headers FROM event WHERE headers->>'causationid' <> ''")
    answers = Counter(row["headers"]["causationid"] for row in emitted)
    heard = {row["event_id"] for row in await core.eyes[reader].fetch("SELECT event_id FROM effect")}
    questions = [
        row["id"]
        for source in core.hears[reader]
        for row in await core.eyes[source].fetch(
            "SELECT id FROM event WHERE NOT (convert_from(payload, 'UTF8')::jsonb->>'answer')::boolean"
        )
    ]
    assert answers == Counter(str(question) for question in questions if question in heard)
