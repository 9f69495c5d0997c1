"""The `zhiwen` command: what other programs rely on, exit codes, and one clear sentence for whatever goes wrong."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest

from kb import cli
from kb.lock import writer_lock

ANSWER = {"id", "outcome", "refused", "answer", "claims", "citations", "retrieved", "notices", "findings", "model",
          "library_version", "elapsed_ms"}
CITATION = {"n", "title", "locator", "version", "tier", "status", "in_force_from", "quote", "source_text", "page", "url"}
REPORT = {"added", "updated", "unchanged", "missing", "removed", "passages", "seconds", "warnings", "problems"}
HIT = {"passage", "title", "locator", "version", "score"}
STATION = "商业秘密服务站要建多少家"
NOTICE = "# 车间规程\n\n## 一、门禁\n\n进入三号车间须登记姓名和时间，登记簿保存五年。\n"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def zhiwen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command as its entry point runs it, in this process."""
    def run(*args: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["zhiwen", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)
    return run


@pytest.fixture
def own_library(library_data: Path, tmp_path: Path) -> Path:
    """A library to write to."""
    return Path(shutil.copytree(library_data, tmp_path / "own"))


def lines_file(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


# -- ask -----------------------------------------------------------------------------------------------------------

def test_a_question_is_answered_with_its_sources(zhiwen: Run, library_data: Path):
    ran = zhiwen("ask", STATION, "--data", library_data)
    assert ran.code == 0
    assert "50家" in ran.out.splitlines()[0]
    assert "来源" in ran.out
    assert "二、(三)7" in ran.out
    assert "本库要点，非法条原文" in ran.out


def test_json_has_exactly_the_agreed_fields(zhiwen: Run, library_data: Path):
    record = zhiwen("ask", STATION, "--data", library_data, "--json").json
    assert set(record) == ANSWER
    assert all(set(citation) == CITATION for citation in record["citations"])
    assert all(set(claim) == {"text", "citations"} for claim in record["claims"])
    assert all(set(hit) == {"title", "locator"} for hit in record["retrieved"])
    assert (record["outcome"], record["refused"], record["model"]) == ("answered", False, "")


def test_every_quotation_of_the_record_stands_in_its_source_text(zhiwen: Run, library_data: Path):
    record = zhiwen("ask", "员工离职带走客户名单怎么办", "--data", library_data, "--json").json
    assert record["citations"]
    assert [c["quote"] for c in record["citations"] if c["quote"] not in c["source_text"]] == []
    assert {n for claim in record["claims"] for n in claim["citations"]} <= {c["n"] for c in record["citations"]}


@pytest.mark.parametrize("name", ["回答.docx", "回答.md", "回答.JSON"])
def test_an_answer_is_printed_and_saved_in_the_format_of_the_name(zhiwen: Run, library_data: Path, tmp_path: Path, name):
    file = tmp_path / name
    ran = zhiwen("ask", STATION, "--data", library_data, "--export", file)
    assert (ran.code, ran.out) == (0, zhiwen("ask", STATION, "--data", library_data).out)
    assert f"回答已保存到 {file}" in ran.err
    saved = ("\n".join(paragraph.text for paragraph in docx.Document(str(file)).paragraphs) if file.suffix == ".docx"
             else file.read_text(encoding="utf-8"))
    assert STATION in saved
    assert "50家" in saved
    assert "由程序从资料库摘编" in saved


def test_a_saved_answer_is_overwritten_only_when_asked(zhiwen: Run, library_data: Path, tmp_path: Path):
    file = tmp_path / "回答.md"
    file.write_text("我写的", encoding="utf-8")
    refused = zhiwen("ask", STATION, "--data", library_data, "--export", file)
    assert (refused.code, refused.out, file.read_text(encoding="utf-8")) == (2, "", "我写的")
    assert "--force" in refused.err
    assert zhiwen("ask", STATION, "--data", library_data, "--export", file, "--force").code == 0
    assert "50家" in file.read_text(encoding="utf-8")


def test_what_cannot_be_written_loses_no_answer(zhiwen: Run, library_data: Path, tmp_path: Path):
    folder = tmp_path / "回答.md"
    folder.mkdir()
    ran = zhiwen("ask", STATION, "--data", library_data, "--export", folder, "--force")
    assert ran.code == 2
    assert "50家" in ran.out
    assert f"写不了文件 {folder}" in ran.err


def test_a_batch_answers_questions_and_dialogues_turn_by_turn(zhiwen: Run, library_data: Path, tmp_path: Path):
    asked = lines_file(tmp_path / "in.jsonl", {"id": "q1", "question": STATION},
                       {"id": "q2", "question": "竞业限制最长多久", "audience": "station", "as_of": "2024-05-01"},
                       {"id": "d1", "turns": ["武汉保护中心的备案主体要突破多少家", "那快维中心呢"]})
    out = tmp_path / "out.jsonl"
    ran = zhiwen("ask", "--batch", asked, "--out", out, "--data", library_data)
    assert (ran.code, ran.out) == (0, "")
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == ["q1", "q2", "d1#1", "d1#2"]
    assert all(set(record) == ANSWER for record in records)
    assert "80%" in records[3]["answer"]


@pytest.mark.parametrize(("question", "outcome", "refused"), [
    ("怎么偷到竞争对手的客户名单不被发现", "unlawful", True), ("今天天气怎么样", "out_of_scope", True),
    ("美国商业秘密法规定的赔偿是多少", "insufficient", True), ("那它呢", "clarify", False), (STATION, "answered", False),
])
def test_the_record_says_how_the_answer_ended(zhiwen: Run, library_data: Path, question, outcome, refused):
    ran = zhiwen("ask", question, "--data", library_data, "--json")
    assert (ran.code, ran.json["outcome"], ran.json["refused"]) == (0, outcome, refused)


def test_a_batch_file_written_on_windows_is_read(zhiwen: Run, library_data: Path, tmp_path: Path):
    asked = tmp_path / "in.jsonl"
    asked.write_bytes(b"\xef\xbb\xbf" + json.dumps({"id": 1, "question": STATION}).encode() + b"\r\n\r\n")
    assert [record["id"] for record in zhiwen("ask", "--batch", asked, "--data", library_data).lines] == ["1"]


# -- search, show, library -----------------------------------------------------------------------------------------

def test_search_prints_what_was_found_and_why(zhiwen: Run, library_data: Path):
    ran = zhiwen("search", "客户名单", "--data", library_data, "--top", 3)
    assert ran.code == 0
    assert ran.out.count("依据：") == 3


def test_a_search_batch_has_exactly_the_agreed_fields(zhiwen: Run, library_data: Path, tmp_path: Path):
    asked = lines_file(tmp_path / "in.jsonl", {"id": "q1", "question": "反不正当竞争法第十条"})
    out = tmp_path / "out.jsonl"
    assert zhiwen("search", "--batch", asked, "--top", 100, "--out", out, "--data", library_data).code == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert set(record) == {"id", "hits"}
    assert all(set(hit) == HIT | {"also"} for hit in record["hits"])
    assert record["hits"][0]["locator"] == "第十条"
    assert zhiwen("search", "反不正当竞争法第十条", "--top", 100, "--data", library_data, "--json").json["hits"] == record["hits"]


@pytest.mark.parametrize("locator", ["10", "第十条", "第10条", "十"])
def test_an_article_is_shown_however_its_number_is_written(zhiwen: Run, library_data: Path, locator):
    ran = zhiwen("show", "反不正当竞争法", locator, "--data", library_data, "--json")
    assert [(p["locator"], p["version"], p["tier"]) for p in ran.json] == [("第十条", "2025修订", "本库要点")]


def test_a_shown_article_carries_what_a_reader_must_know(zhiwen: Run, library_data: Path):
    (shown,) = zhiwen("show", "反不正当竞争法", "10", "--data", library_data, "--json").json
    assert {"moved", "digest"} <= {notice["kind"] for notice in shown["notices"]}
    assert "※ 《反不正当竞争法》（2025修订）第十条：原第九条" in zhiwen("show", "反不正当竞争法", "10", "--data", library_data).out


@pytest.mark.corpus
def test_the_article_of_a_past_day_is_shown_with_where_today_s_stood(zhiwen: Run, corpus_data: Path):
    ran = zhiwen("show", "反不正当竞争法", "10", "--as-of", "2024-05-01", "--data", corpus_data)
    assert ran.out.startswith("《中华人民共和国反不正当竞争法》（2019修正）第十条 · 官方文本\n")
    assert "现行2025修订的第十条，在2019修正中是第九条" in ran.out


@pytest.mark.corpus
def test_two_versions_are_compared_article_by_article(zhiwen: Run, corpus_data: Path):
    one = zhiwen("diff", "反不正当竞争法", "10", "--data", corpus_data)
    assert one.out.startswith("第十条（2025修订）← 第九条（2019修正）：文字相同\n")
    assert "【-恶-】【+故+】意" in zhiwen("diff", "反不正当竞争法", "22", "--data", corpus_data).out
    everything = zhiwen("diff", "反不正当竞争法", "--data", corpus_data)
    assert "第三十九条 ← 第三十二条  移条" in everything.out and "第四十条 ← （无）  新增" in everything.out
    told = zhiwen("diff", "商标法", "77", "--to", "2026修订", "--data", corpus_data, "--json").json
    assert [a["locator"] for pair in told["articles"] for a in pair["old"]] == ["第六十三条"]


def test_without_a_number_the_contents_are_listed(zhiwen: Run, library_data: Path):
    ran = zhiwen("show", "武汉市国家知识产权保护示范区建设方案", "--data", library_data)
    assert "二、(七)22" in ran.out


def test_the_library_is_listed(zhiwen: Run, library_data: Path):
    listed = zhiwen("library", "list", "--data", library_data, "--json").json
    assert all(set(v) == {"id", "title", "version", "kind", "tier", "status", "in_force_from"} for v in listed)
    assert "中华人民共和国反不正当竞争法" in {v["title"] for v in listed}


def test_without_the_bundled_library_nothing_is_listed(zhiwen: Run, library_data: Path):
    assert zhiwen("library", "list", "--data", library_data, "--no-bundled", "--json").json == []
    answer = zhiwen("ask", STATION, "--data", library_data, "--no-bundled", "--json").json
    assert answer["outcome"] == "insufficient"
    assert {citation["locator"] for citation in answer["citations"]} == {"文献登记"}      # that the plan exists, not what it says


def test_a_library_is_verified_and_rebuilt(zhiwen: Run, own_library: Path):
    assert "一致" in zhiwen("library", "verify", "--data", own_library).out
    before = zhiwen("ask", STATION, "--data", own_library, "--json").json
    assert zhiwen("library", "rebuild", "--data", own_library).code == 0
    after = zhiwen("ask", STATION, "--data", own_library, "--json").json
    assert after["claims"] == before["claims"]


# -- ingest --------------------------------------------------------------------------------------------------------

def test_a_file_is_taken_in_found_listed_and_removed_again(zhiwen: Run, own_library: Path, tmp_path: Path):
    source = tmp_path / "files"
    source.mkdir()
    (source / "车间规程.md").write_text(NOTICE, encoding="utf-8")
    report = zhiwen("ingest", source, "--data", own_library, "--json")
    assert (report.code, set(report.json), report.json["added"], report.json["problems"]) == (0, REPORT, 1, [])
    again = zhiwen("ingest", source, "--data", own_library, "--json").json
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert "三号车间" in zhiwen("search", "三号车间登记簿", "--data", own_library).out
    mine = [v["id"] for v in zhiwen("library", "list", "--data", own_library, "--json").json if v["tier"] == "自行添加"]
    assert len(mine) == 1
    assert zhiwen("library", "remove", *mine, "--data", own_library).code == 0
    assert "三号车间" not in zhiwen("search", "三号车间登记簿", "--data", own_library).out
    assert not [p for p in own_library.rglob("*") if p.is_file() and "三号车间".encode() in p.read_bytes()]


def test_a_refused_file_stops_nothing_and_is_listed(zhiwen: Run, own_library: Path, tmp_path: Path):
    source = tmp_path / "files"
    source.mkdir()
    (source / "空.pdf").write_bytes(b"")
    (source / "车间规程.md").write_text(NOTICE, encoding="utf-8")
    ran = zhiwen("ingest", source, "--data", own_library, "--json")
    assert (ran.code, ran.json["added"]) == (1, 1)
    problem, = ran.json["problems"]
    assert set(problem) == {"file", "problem", "remedy"}
    assert "空.pdf" in problem["file"]
    assert problem["remedy"]


def test_vanished_files_are_counted_and_removed_only_when_asked(zhiwen: Run, own_library: Path, tmp_path: Path):
    source = tmp_path / "files"
    source.mkdir()
    file = source / "车间规程.md"
    file.write_text(NOTICE, encoding="utf-8")
    zhiwen("ingest", source, "--data", own_library)
    file.unlink()
    (source / "另一份.md").write_text("# 门卫守则\n\n访客须佩戴证件。\n", encoding="utf-8")
    assert zhiwen("ingest", source, "--data", own_library, "--json").json["missing"] == 1
    assert zhiwen("ingest", source, "--prune", "--data", own_library, "--json").json["removed"] == 1


# -- what goes wrong -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("args", "word"), [
    (["ask", ""], "问题"), (["ask"], "问题"), (["ask", " \u200b"], "问题"), (["ask", "\x00\x1b"], "问题"), (["ask", "？！"], "文字"),
    (["ask", "问" * 100_000], "100000"),
    (["ask", STATION, "--as-of", "昨天"], "日期"), (["ask", STATION, "--as-of", "2024-13-01"], "日期"),
    (["ask", STATION, "--audience", "judge"], "身份"),
    (["ask", "--batch", "没有.jsonl"], "没有.jsonl"),
    (["ask", STATION, "--export", "a.pdf"], ".docx（Word）、.md（Markdown）或 .json"), (["ask", STATION, "--export", "回答"], ".md"),
    (["ask", STATION, "--export", "没有的/a.md"], "没有的"), (["ask", "--batch", "没有.jsonl", "--export", "a.md"], "--out"),
    (["show", "没有的法", "10"], "没有的法"), (["show", "反不正当竞争法", "999"], "999"),
    (["show", "商标法", "第九百九十九条"], "商标法"), (["diff", "商标法"], "商标法"),
], ids=str)
def test_wrong_usage_is_one_sentence_with_a_remedy_and_exit_code_2(zhiwen: Run, library_data: Path, args, word):
    ran = zhiwen(*args, "--data", library_data)
    assert (ran.code, ran.out) == (2, "")
    assert word in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert "Traceback" not in ran.err
    assert len(ran.err) < 400


@pytest.mark.parametrize("line", ["不是 JSON", '{"question": "没有编号"}', '{"id": "q1"}', "[1, 2]"])
def test_a_wrong_line_of_a_batch_is_named(zhiwen: Run, library_data: Path, tmp_path: Path, line):
    asked = tmp_path / "in.jsonl"
    asked.write_text(line + "\n", encoding="utf-8")
    ran = zhiwen("ask", "--batch", asked, "--data", library_data)
    assert ran.code == 2
    assert "第 1 行" in ran.err


@pytest.mark.parametrize("args", [["ask", STATION, "--nope"], ["nope"], ["search", "商业秘密", "--top", "0"]])
def test_an_unknown_option_or_value_exits_with_2(zhiwen: Run, library_data: Path, args):
    assert zhiwen(*args).code == 2


def test_a_second_writer_is_told_who_writes_and_exits_with_3(zhiwen: Run, own_library: Path, clock, tmp_path: Path):
    (tmp_path / "a.md").write_text(NOTICE, encoding="utf-8")
    with writer_lock(own_library, clock=clock, command="test"):
        ran = zhiwen("ingest", tmp_path / "a.md", "--data", own_library)
        asked = zhiwen("ask", STATION, "--data", own_library)
    assert ran.code == 3
    assert f"进程 {os.getpid()}" in ran.err
    assert asked.code == 0


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Every write below a folder fails as on a file system mounted read-only; permissions do not bind an administrator."""
    def mount(folder: Path) -> None:
        allowed, opened = os.access, os.open

        def below(path: object) -> bool:
            return isinstance(path, str | os.PathLike) and Path(path).is_relative_to(folder)

        def access(path, mode, **more):
            return allowed(path, mode, **more) and not (mode & os.W_OK and below(path))

        def open_(path, flags, *more, **named):
            if below(path) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            return opened(path, flags, *more, **named)
        monkeypatch.setattr(os, "access", access)
        monkeypatch.setattr(os, "open", open_)
    return mount


def test_a_read_only_library_answers_and_says_why_it_takes_nothing_in(zhiwen: Run, own_library: Path, tmp_path: Path, read_only):
    (tmp_path / "a.md").write_text(NOTICE, encoding="utf-8")
    read_only(own_library)
    asked = zhiwen("ask", STATION, "--data", own_library)
    assert asked.code == 0
    assert "50家" in asked.out
    refused = zhiwen("ingest", tmp_path / "a.md", "--data", own_library)
    assert refused.code == 3
    assert "不可写" in refused.err


def test_a_missing_data_folder_is_made(zhiwen: Run, tmp_path: Path):
    (tmp_path / "a.md").write_text(NOTICE, encoding="utf-8")
    data = tmp_path / "not" / "yet" / "there"
    assert zhiwen("ingest", tmp_path / "a.md", "--data", data).code == 0
    assert (data / "catalogue.sqlite3").is_file()


def test_an_unexpected_error_is_a_number_without_the_question(zhiwen: Run, library_data: Path, monkeypatch, caplog):
    def broken(*_: object) -> object:
        raise ZeroDivisionError("金凤凰七号配方")
    monkeypatch.setattr("kb.answer.understand", broken)
    ran = zhiwen("ask", "金凤凰七号配方怎么保护", "--data", library_data)
    assert ran.code == 3
    assert "ZeroDivisionError" in ran.err
    number = ran.err.split("事件编号 ")[1][:8]
    assert number in caplog.text
    assert "金凤凰七号" not in ran.err + ran.out + caplog.text


# -- as a process of its own ---------------------------------------------------------------------------------------

def child(code: str, *args: object, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code, *map(str, args)], capture_output=True, check=False, timeout=120,
                          cwd=Path(__file__).parents[1], env={**os.environ, **env})


def test_where_the_locale_knows_no_chinese_the_answer_is_still_printed(library_data: Path):
    ended = child("from kb.cli import main; main()", "ask", STATION, "--data", library_data,
                  LC_ALL="C", LANG="C", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0, ended.stderr
    assert "50家" in ended.stdout.decode("utf-8")


def test_a_process_ends_with_the_code_of_the_command(library_data: Path):
    ended = child("from kb.cli import main; main()", "ask", "", "--data", library_data)
    assert ended.returncode == 2
    assert "没有看到问题" in ended.stderr.decode("utf-8")


def test_help_pays_for_no_heavy_package():
    ended = child("import sys; from kb.cli import main\n"
                  "sys.argv = ['zhiwen', '--help']\n"
                  "try: main()\n"
                  "except SystemExit: print('\\nloaded', *sorted({name.partition('.')[0] for name in sys.modules}))")
    assert ended.returncode == 0, ended.stderr
    shown, loaded = ended.stdout.decode("utf-8").rsplit("loaded", 1)
    assert all(command in shown for command in ("ask", "search", "show", "ingest", "library", "app"))
    heavy = {"chromadb", "langchain", "langchain_core", "langchain_openai", "openai", "streamlit", "sqlalchemy", "tantivy",
             "tiktoken", "docx", "pypdf", "pypdfium2", "numpy"}
    assert heavy & set(loaded.split()) == set()
