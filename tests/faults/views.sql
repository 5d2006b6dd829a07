-- What the checks look at: the tables of all services side by side. Made by the superuser in the ledger's schema.

CREATE VIEW ledger.every_event AS
    SELECT 'registry' AS source, * FROM registry.event
    UNION ALL SELECT 'reporting', * FROM reporting.event
    UNION ALL SELECT 'recommendations', * FROM recommendations.event
    UNION ALL SELECT 'notifications', * FROM notifications.event;

CREATE VIEW ledger.every_stream AS
    SELECT 'registry' AS source, * FROM registry.stream
    UNION ALL SELECT 'reporting', * FROM reporting.stream
    UNION ALL SELECT 'recommendations', * FROM recommendations.stream
    UNION ALL SELECT 'notifications', * FROM notifications.stream;

CREATE VIEW ledger.every_request AS
    SELECT 'registry' AS service, * FROM registry.request
    UNION ALL SELECT 'reporting', * FROM reporting.request
    UNION ALL SELECT 'recommendations', * FROM recommendations.request
    UNION ALL SELECT 'notifications', * FROM notifications.request;

CREATE VIEW ledger.every_watermark AS
    SELECT 'registry' AS reader, * FROM registry.watermark
    UNION ALL SELECT 'reporting', * FROM reporting.watermark
    UNION ALL SELECT 'recommendations', * FROM recommendations.watermark
    UNION ALL SELECT 'notifications', * FROM notifications.watermark
    UNION ALL SELECT 'ledger', * FROM ledger.watermark;

-- Who listens to whom. A test compares it with the services.
CREATE VIEW ledger.listens (reader, source) AS VALUES
    ('registry', 'reporting'), ('registry', 'recommendations'),
    ('reporting', 'registry'),
    ('recommendations', 'registry'), ('recommendations', 'reporting'),
    ('notifications', 'registry'), ('notifications', 'reporting'), ('notifications', 'recommendations'),
    ('ledger', 'registry'), ('ledger', 'reporting'), ('ledger', 'recommendations'), ('ledger', 'notifications');

-- Readers that are not where the owner is, or got there by another history.
CREATE VIEW ledger.behind AS
    SELECT l.reader, l.source, s.key, w.sequence AS applied, s.last_sequence, w.hash = s.last_hash AS same_history
    FROM ledger.listens l
    JOIN ledger.every_stream s USING (source)
    LEFT JOIN ledger.every_watermark w ON w.reader = l.reader AND w.source = l.source AND w.key = s.key
    WHERE w.sequence IS DISTINCT FROM s.last_sequence OR w.hash IS DISTINCT FROM s.last_hash;

-- What waits somewhere; nothing at rest.
CREATE VIEW ledger.waiting AS
    SELECT * FROM (
        SELECT 'registry.outbox' AS place, count(*) AS rows FROM registry.outbox
        UNION ALL SELECT 'reporting.outbox', count(*) FROM reporting.outbox
        UNION ALL SELECT 'recommendations.outbox', count(*) FROM recommendations.outbox
        UNION ALL SELECT 'notifications.outbox', count(*) FROM notifications.outbox
        UNION ALL SELECT 'registry.parked', count(*) FROM registry.parked
        UNION ALL SELECT 'reporting.parked', count(*) FROM reporting.parked
        UNION ALL SELECT 'recommendations.parked', count(*) FROM recommendations.parked
        UNION ALL SELECT 'notifications.parked', count(*) FROM notifications.parked
        UNION ALL SELECT 'ledger.parked', count(*) FROM ledger.parked
        UNION ALL SELECT 'registry.halt', count(*) FROM registry.halt
        UNION ALL SELECT 'reporting.halt', count(*) FROM reporting.halt
        UNION ALL SELECT 'recommendations.halt', count(*) FROM recommendations.halt
        UNION ALL SELECT 'notifications.halt', count(*) FROM notifications.halt
    ) counted WHERE rows > 0;
