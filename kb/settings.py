"""One frozen `Settings`, read once from the environment and `zhiwen.toml`; nothing deeper reads either."""

from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from kb.errors import ConfigError
from kb.providers import provider_named, stays_here
from kb.types import Sending

__all__ = ["Settings"]


class Settings(BaseSettings):
    """`ZHIWEN_…` in the environment wins over `zhiwen.toml` in the working folder; both are optional."""

    model_config = SettingsConfigDict(env_prefix="ZHIWEN_", toml_file="zhiwen.toml", frozen=True, extra="ignore")

    data: Path = Field(default_factory=lambda: user_data_path("zhiwen", appauthor=False))
    bundled: bool = True                     # --no-bundled turns the shipped library off
    provider: str = ""                       # a name of kb/providers.toml: fills model and base_url where not set
    model: str = ""                          # empty: answers are composed from the library alone
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    model_options: dict[str, Any] = Field(default_factory=dict, repr=False)     # sent along in every request
    model_deadline_s: float = Field(default=60.0, gt=0)      # for one question, queueing and second tries included
    model_retries: int = Field(default=1, ge=0, le=5)
    model_parallel: int = Field(default=2, ge=1)             # requests under way at once; further ones queue
    model_per_minute: int = Field(default=0, ge=0)           # requests begun in any minute; 0: as many as come
    sending: Sending = Sending.MASKED        # what a model elsewhere gets of a question: local (nothing), masked, whole
    context_tokens: int = Field(default=9000, ge=4000)       # rules, question and sources of one request together
    # Where tiktoken keeps its encodings: its own variable, because that is where an operator has filled the folder.
    tiktoken_cache_dir: Path | None = Field(
        default=None, validation_alias=AliasChoices("tiktoken_cache_dir", "ZHIWEN_TIKTOKEN_CACHE_DIR"))
    embedding: str = ""                      # empty: the bundled model; ollama:bge-m3, openai:…, package.module:Class
    embedding_options: dict[str, Any] = Field(default_factory=dict, repr=False)      # may hold a key
    reranker: str = ""                       # package.module:Class with LangChain's score(); empty: none
    reranker_options: dict[str, Any] = Field(default_factory=dict, repr=False)
    help_line: str = ""                      # shown to somebody in distress: whom to call here
    complaints: str = ""                     # where to complain about an answer: the operator's address or telephone number
    kiosk: bool = False                      # every page is the station's, as a screen in a hall shows it
    kiosk_idle_s: int = Field(default=90, ge=5)              # untouched for so long, the hall screen forgets its visitor

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: dict[str, Any]) -> dict[str, Any]:
        """A named provider fills in what is not set. A model set to nothing stays switched off."""
        if not (name := str(given.get("provider") or "").strip()):
            return given
        preset = provider_named(name)
        filled = {**given, "base_url": given.get("base_url") or preset.base_url}
        if "model" not in given:
            if not preset.model:
                raise ConfigError(f"{preset.label}没有默认模型名", "请把 ZHIWEN_MODEL 设为服务启动时的模型名")
            filled = {"model_options": preset.options, **filled, "model": preset.model}
        return filled

    @property
    def uses_model(self) -> bool:
        return bool(self.model)

    @property
    def model_stays_here(self) -> bool:
        """Whether what the model is asked stays on this machine; true without a model."""
        return not self.uses_model or stays_here(self.base_url, self.model)

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
