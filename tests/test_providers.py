"""Chat services by name: what an operator need not type, and what always stays their own decision."""

import re
from urllib.parse import urlsplit

import pytest
from model_server import model_server, says

from kb.chat import LangChainChat
from kb.errors import ConfigError
from kb.ports import Message
from kb.providers import is_loopback, provider_named, providers, stays_here
from kb.settings import Settings

NAMES = ["deepseek", "qwen", "glm", "kimi", "ollama", "vllm"]


def test_the_services_people_use_are_there():
    assert [provider.name for provider in providers()] == NAMES


@pytest.mark.parametrize("provider", providers(), ids=lambda provider: provider.name)
def test_each_has_an_address_a_place_to_check_it_and_says_truly_whether_it_is_this_machine(provider):
    assert provider.local == is_loopback(provider.base_url)
    assert provider.local or urlsplit(provider.base_url).scheme == "https"
    assert re.fullmatch(r"https://[a-z.-]+/\S*", provider.check)
    assert provider.label and provider.note.endswith("。")
    assert not provider.base_url.endswith("/chat/completions")


def test_every_name_leads_to_one_service_only():
    names = [name for provider in providers() for name in (provider.name, *provider.also)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("written", "name"), [("DeepSeek", "deepseek"), (" ollama ", "ollama"), ("通义千问", "qwen"),
                                               ("dashscope", "qwen"), ("智谱", "glm"), ("Moonshot", "kimi")])
def test_a_name_is_recognised_as_people_write_it(written, name):
    assert provider_named(written).name == name


def test_an_unknown_name_is_an_error_that_lists_those_there_are(monkeypatch):
    monkeypatch.setenv("ZHIWEN_PROVIDER", "gemini")
    with pytest.raises(ConfigError) as failure:
        Settings.load()
    assert all(name in failure.value.remedy for name in NAMES)


def test_a_provider_fills_address_model_and_options_where_these_are_not_set(monkeypatch):
    monkeypatch.setenv("ZHIWEN_PROVIDER", "deepseek")
    settings, preset = Settings.load(), provider_named("deepseek")
    assert (settings.base_url, settings.model, settings.model_options) == (preset.base_url, preset.model, preset.options)
    assert settings.uses_model and not settings.model_stays_here


def test_what_is_set_stays_as_it_is_set(monkeypatch):
    monkeypatch.setenv("ZHIWEN_PROVIDER", "deepseek")
    monkeypatch.setenv("ZHIWEN_BASE_URL", "https://gateway.example.com/v1")
    monkeypatch.setenv("ZHIWEN_MODEL", "another")
    settings = Settings.load()
    assert (settings.base_url, settings.model) == ("https://gateway.example.com/v1", "another")
    assert settings.model_options == {}          # those of the preset are meant for its own model


def test_a_preset_may_stand_in_the_file_and_its_options_be_replaced_in_the_environment(tmp_path, monkeypatch):
    (tmp_path / "zhiwen.toml").write_text('provider = "glm"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZHIWEN_MODEL_OPTIONS", '{"thinking": {"type": "enabled"}}')
    settings = Settings.load()
    assert settings.model == provider_named("glm").model
    assert settings.model_options == {"thinking": {"type": "enabled"}}


def test_a_model_switched_off_stays_off(monkeypatch):
    monkeypatch.setenv("ZHIWEN_PROVIDER", "vllm")
    assert not Settings(model="").uses_model


def test_a_server_whose_model_only_its_operator_knows_asks_for_the_name(monkeypatch):
    monkeypatch.setenv("ZHIWEN_PROVIDER", "vllm")
    with pytest.raises(ConfigError, match="ZHIWEN_MODEL"):
        Settings.load()
    monkeypatch.setenv("ZHIWEN_MODEL", "Qwen3-8B")
    assert Settings.load().base_url == provider_named("vllm").base_url


def test_ollama_works_without_a_key():
    with model_server(says("不得披露。[1]")) as server:
        settings = Settings(provider="ollama", base_url=server.url)
        assert "".join(LangChainChat(settings).stream([Message("user", "问")])) == "不得披露。[1]"
        assert server.requests[0]["model"] == provider_named("ollama").model


@pytest.mark.parametrize(("base_url", "model", "here"), [
    ("http://127.0.0.1:11434/v1", "qwen3:8b", True), ("http://localhost:8000/v1", "m", True), ("http://[::1]:1/v1", "m", True),
    ("http://192.168.1.5:11434/v1", "qwen3:8b", False), ("https://api.deepseek.com", "m", False),
    ("http://localhost.example.com/v1", "m", False), ("http://127.0.0.1@example.com/v1", "m", False),
    ("http://127.0.0.1:11434/v1", "gpt-oss:120b-cloud", False), ("http://127.0.0.1:11434/v1", "glm-4.7:cloud", False),
    ("http://127.0.0.1:11434/v1", "cloudy-7b", True),
])
def test_what_stays_on_this_machine_is_told_by_address_and_model(base_url, model, here):
    assert stays_here(base_url, model) is here
