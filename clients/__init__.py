"""Clients of the four services, generated from their OpenAPI documents, and examples of their use."""
