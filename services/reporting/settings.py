"""Settings of this service: the environment variables SINGO_REPORTING_..."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SINGO_REPORTING_", frozen=True, extra="ignore")
