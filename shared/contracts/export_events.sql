-- One JSON line per event of a service, in the order of its chains: what verify_chain.mjs reads.
--   psql --no-psqlrc -At -f shared/contracts/export_events.sql "$DSN" > events.jsonl
SELECT json_build_object(
    'source', current_schema(),
    'key', key,
    'sequence', sequence,
    'id', id,
    'type', type,
    'prevchain', encode(previous_hash, 'hex'),
    'chain', encode(hash, 'hex'),
    'payload', encode(payload, 'base64')
) FROM event ORDER BY key, sequence;
