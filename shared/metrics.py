"""What a service counts, for Prometheus."""

from prometheus_client import Counter

relayed = Counter("singo_relayed_events", "Events that the broker acknowledged")
relay_restarts = Counter("singo_relay_restarts", "Times the relay started over after an error")
applied = Counter("singo_applied_events", "Events applied for the first time", ["source"])
duplicates = Counter("singo_duplicate_events", "Events seen before and dropped", ["source"])
parked = Counter("singo_parked_events", "Events parked", ["source", "reason"])
quarantined = Counter("singo_quarantined_records", "Records that are not events", ["topic"])
