"""Settings of a service, from the environment (12-factor). Each service derives one class with its own prefix."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    dsn: str = Field(description="PostgreSQL address as the service's own role")
    owner_dsn: str = Field(default="", description="PostgreSQL address as the schema's owner; only `migrate` needs it")
    kafka: str = Field(description="Kafka's bootstrap servers, host:port,...")
    topic_prefix: str = Field(
        default="singo", pattern=r"^[a-z][a-z0-9-]*$", description="topics are <prefix>.<service>"
    )
    topic_partitions: int = Field(default=12, ge=1, le=100, description="of the service's own topic, fixed at creation")
    topic_replicas: int = Field(default=1, ge=1, le=9, description="copies of the service's own topic")
    host: str = Field(default="127.0.0.1", description="address the HTTP server listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="port of the api")
    ops_port: int = Field(default=0, ge=0, le=65535, description="port of the worker's health pages; 0: any free one")
    worker_name: str = Field(default="worker-1", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="unique per worker")
    oidc_issuer: str = Field(description="whose tokens are accepted: their `iss`")
    oidc_audience: str = Field(default="singo", description="the `aud` that tokens must name")
    oidc_jwks_url: str = Field(default="", description="https:, http: or file: address of the keys; default: discovery")
    oidc_roles_claim: str = Field(default="roles", description="the token's claim with the list of roles")
    oidc_regions_claim: str = Field(default="regions", description="the token's claim with the list of region codes")
    oidc_unit_claim: str = Field(default="unit", description="the token's claim with an official's office")
    settable_clock: bool = Field(
        default=False, description="lets operators move the domain's clock; never in production"
    )
    log_format: Literal["json", "console"] = Field(default="json", description="json for programs, console for people")
    pool_size: int = Field(default=8, ge=2, le=100, description="database connections of one process, at most")
    statement_timeout_seconds: float = Field(default=5.0, gt=0, le=300, description="longest SQL statement of the api")
    request_timeout_seconds: float = Field(
        default=30.0, gt=0, le=300, description="longest time that the api works on a request; above long polls' 20"
    )
    calls_per_minute: int = Field(
        default=3000, ge=20, le=10_000_000, description="requests of one caller in a minute, over all processes"
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description='proxies whose `X-Forwarded-For` names the caller\'s address, as JSON: ["10.0.0.7", "10.1.0.0/16"]',
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description='origins whose pages may call from a browser, as JSON: ["https://app.example"]'
    )
    stop_timeout_seconds: int = Field(default=8, ge=1, le=300, description="how long a stop waits for what is running")

    contact_url: str = Field(default="https://installation.example", description="where API developers find more")
    contact_email: str = Field(default="singo@installation.example", description="whom API developers may ask")

    def topic(self, service: str) -> str:
        return f"{self.topic_prefix}.{service}"
