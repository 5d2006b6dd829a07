"""The event core: append in the change's own transaction, relay to Kafka, apply once and in order.

Read in this order: envelope, append, relay, inbox, parked, acts, consumer, takeover. `migrations/` has the tables.
"""
