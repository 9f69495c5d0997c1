"""One frozen `Settings`, read once from the environment and `zhiwen.toml`; nothing deeper reads either."""

from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from kb.errors import ConfigError

__all__ = ["Settings"]


class Settings(BaseSettings):
    """`ZHIWEN_…` in the environment wins over `zhiwen.toml` in the working folder; both are optional."""

    model_config = SettingsConfigDict(env_prefix="ZHIWEN_", toml_file="zhiwen.toml", frozen=True, extra="ignore")

    data: Path = Field(default_factory=lambda: user_data_path("zhiwen", appauthor=False))
    bundled: bool = True                     # --no-bundled turns the shipped library off
    model: str = ""                          # empty: answers are composed from the library alone
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    model_deadline_s: float = Field(default=60.0, gt=0)
    model_retries: int = Field(default=1, ge=0, le=5)
    context_tokens: int = Field(default=6000, ge=500)
    embedding: str = ""                      # empty: the bundled model; ollama:bge-m3, openai:…, package.module:Class
    embedding_options: dict[str, Any] = Field(default_factory=dict, repr=False)      # may hold a key
    reranker: str = ""                       # package.module:Class with LangChain's score(); empty: none
    reranker_options: dict[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def uses_model(self) -> bool:
        return bool(self.model)

    @property
    def plugins(self) -> tuple[str, ...]:
        """What reads questions and passages beside the program itself."""
        return tuple(filter(None, (self.embedding, self.reranker)))

    @classmethod
    def load(cls, **overrides: object) -> "Settings":
        """From environment and file, with command-line values on top.

        Raises:
            ConfigError: a value does not fit its type or range; names the setting, never its value.
        """
        try:
            given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
            return cls(**given)
        except ValidationError as error:
            names = "、".join("ZHIWEN_" + ".".join(str(part) for part in e["loc"]).upper() for e in error.errors())
            raise ConfigError(f"设置有误：{names}", "请检查环境变量或 zhiwen.toml 中的这些值") from None

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
