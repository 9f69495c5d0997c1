"""What somebody asks is in no file and no log afterwards, however much is logged and whatever is traced around the program.

The question holds a string that occurs nowhere else; it is looked for in every file that the process could have written and in
everything it said. Words asked at the default level: `test_answer.py`; through an environment that diverts: `test_chat.py`.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import quote

import pytest
from model_server import fails, model_server, says

from kb.assemble import open_library
from kb.clock import FixedClock
from kb.settings import Settings
from kb.types import Question

CANARY = "龘靐齉爩麤"
ASKED = f"员工离职带走{CANARY}的客户名单，可以要求怎样的赔偿？"
ROOT = Path(__file__).parents[1]
REPLIES = {
    "answers": says("侵犯商业秘密的，应当承担民事责任。[1]"),
    "repeats the question": says(f"您问的是{ASKED}"),
    "fails": fails(500, {"error": {"message": f"cannot answer {ASKED}", "type": "server_error", "code": None}}),
}
# A program that embeds ours may log everything to a file of its own.
COMMAND = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
logging.getLogger().addHandler(logging.FileHandler("everything.log", encoding="utf-8"))
from kb.cli import main
main()
"""


def spellings(text: str) -> set[bytes]:
    """In the encodings and escapes a log, a cache or an address might use."""
    return {*(text.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")),
            json.dumps(text).strip('"').encode(), quote(text).encode(), quote(text).lower().encode(), repr(text.encode())[2:-1].encode()}


def holding(*folders: Path) -> list[Path]:
    """Files that hold two characters of the canary in a row."""
    wanted = {spelt for at in range(len(CANARY) - 1) for spelt in spellings(CANARY[at:at + 2])}
    return [path for folder in folders for path in folder.rglob("*")
            if path.is_file() and any(spelt in path.read_bytes() for spelt in wanted)]


def traced(elsewhere: str) -> dict[str, str]:
    """An environment that wants every run of the frameworks reported."""
    return {"LANGCHAIN_TRACING_V2": "true", "LANGCHAIN_TRACING": "true", "LANGSMITH_TRACING": "true", "LANGSMITH_TRACING_V2": "true",
            "LANGSMITH_API_KEY": "x", "LANGCHAIN_API_KEY": "x", "LANGSMITH_ENDPOINT": elsewhere, "LANGCHAIN_ENDPOINT": elsewhere,
            "LANGSMITH_PROJECT": "p", "LANGCHAIN_VERBOSE": "true", "OPENAI_LOG": "debug"}


def test_the_search_finds_a_canary_in_any_spelling(tmp_path):
    for number, spelt in enumerate(spellings(CANARY)):
        (tmp_path / f"{number}").write_bytes(b"log: " + spelt)
    assert len(holding(tmp_path)) == len(spellings(CANARY))


@pytest.mark.parametrize("model", ["answers", "fails", None], ids=str)
def test_a_command_leaves_nothing_of_a_question_behind(library_data: Path, tmp_path: Path, model):
    own = {name: tmp_path / name for name in ("home", "temporary", "work")}
    for folder in own.values():
        folder.mkdir()
    data = Path(shutil.copytree(library_data, tmp_path / "data"))
    with model_server(says("截获")) as thief, model_server(REPLIES[model]) if model else nullcontext() as server:
        env = {**os.environ, **traced(thief.url), "HOME": str(own["home"]), "TMPDIR": str(own["temporary"]), "PYTHONPATH": str(ROOT),
               "PYTHONUTF8": "1", **{f"XDG_{name}_HOME": str(own["home"] / name.lower()) for name in ("DATA", "CONFIG", "CACHE", "STATE")},
               **({"ZHIWEN_MODEL": "loopback-model", "ZHIWEN_BASE_URL": server.url, "ZHIWEN_MODEL_RETRIES": "0"} if server else {})}
        ended = subprocess.run([sys.executable, "-c", COMMAND, "ask", ASKED, "--data", str(data), "--json"], env=env, cwd=own["work"],
                               capture_output=True, check=False, timeout=120)
        asked = [str(request) for request in server.requests] if server else []
        assert thief.requests == []
    assert ended.returncode == 0, ended.stderr.decode("utf-8")
    assert json.loads(ended.stdout)["answer"]
    assert all(CANARY in request for request in asked)
    assert bool(asked) is bool(model)
    assert (own["work"] / "everything.log").stat().st_size > 0
    assert CANARY not in ended.stderr.decode("utf-8")
    assert holding(*own.values(), data) == []


@pytest.mark.parametrize("model", REPLIES)
def test_an_assistant_logs_nothing_of_a_question_at_any_level(library_data: Path, tmp_path: Path, clock: FixedClock, monkeypatch, caplog,
                                                              capfd, model):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    caplog.set_level(logging.DEBUG)
    with model_server(says("截获")) as thief, model_server(REPLIES[model]) as server:
        for name, value in traced(thief.url).items():
            monkeypatch.setenv(name, value)
        settings = Settings(data=library_data, model="loopback-model", base_url=server.url, model_retries=0)
        open_library(settings, clock).assistant.ask(Question(ASKED, clock.today()))
        assert CANARY in str(server.requests)
        assert thief.requests == []
    shown = capfd.readouterr()
    logged = "".join(f"{record.getMessage()}{record.args}{record.exc_info}{record.__dict__}" for record in caplog.records)
    assert CANARY not in logged + shown.out + shown.err
    assert holding(tmp_path, library_data) == []
