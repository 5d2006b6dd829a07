"""The HTTP kit: problems, idempotent writes, entity tags, pages and identity, the same in every service."""
