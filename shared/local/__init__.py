"""A whole SINGO on one machine for development: PostgreSQL, Kafka, a token issuer and the four services."""
