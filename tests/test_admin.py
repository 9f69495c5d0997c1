"""The administrator's pages, without a browser: who is let in, and what each page shows and does to a real library."""

import ast
import re
import shutil
import subprocess
import threading
from dataclasses import fields
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ingest.pipeline import ingest_paths
from kb.administration import Desk
from kb.assemble import open_library, tools
from kb.catalogue import Catalogue
from kb.door import Door
from kb.evaluation import last_evaluation, run_evaluation
from kb.lock import writer_lock
from kb.settings import Settings
from kb.types import Outcome, Status
from views import admin_care_wording, admin_session, admin_wording, session
from views.admin_care_wording import CURRENCY, EVALUATION, NOTES, STATE
from views.admin_wording import ADMIN, DOOR, LIBRARY, TERMS, UPLOAD

ROOT = Path(__file__).parent.parent
NAME = "中文"
HOSTILE = "![x](http://beacon.example/a.png) <img src=x onerror=alert(1)> [点我](javascript:alert(1)) :red[红] https://beacon.example/c"
LAW = """# 示例市商业秘密保护条例

## 第一章 总则

第一条 为了保护商业秘密，制定本条例。

第二条 本条例所称云梦泽名单，是指经营者整理的客户资料。

## 第二章 附则

第三条 本条例自2024年1月1日起施行。
"""


@pytest.fixture
def door(monkeypatch):
    entrance = admin_session._Entrance(Door(), "http://127.0.0.1:8502")
    entrance.door.accept("right")
    monkeypatch.setattr(admin_session, "_entrance", lambda: entrance)
    return entrance


@pytest.fixture
def data(tmp_path, embedder, clock):
    """A library of one document that an operator added from a folder."""
    file = tmp_path / "资料" / "条例.md"
    file.parent.mkdir()
    file.write_text(LAW, encoding="utf-8")
    chosen = tools(Settings(data=tmp_path / "library"), clock)
    assert ingest_paths([file], chosen.data, registry=chosen.registry, embedder=embedder, clock=clock).added == 1
    return chosen.data


@pytest.fixture
def desk(data, clock, monkeypatch, door):
    settings = Settings(data=data)
    opened = Desk(settings, tools(settings, clock), Catalogue(data))
    monkeypatch.setattr(admin_session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    yield opened
    st.cache_resource.clear()


def show(page: str, admitted: bool = True) -> AppTest:
    script = f"from views.admin_session import behind_the_door\nfrom views.{page} import page\nbehind_the_door(page)()"
    shown = AppTest.from_string(script, default_timeout=60)
    shown.session_state["admin_admitted"] = admitted
    return shown.run()


def entrance_with(token: str | None) -> AppTest:
    page = AppTest.from_file(str(ROOT / "views" / "admin.py"), default_timeout=60)
    if token is not None:
        page.query_params["token"] = token
    return page.run()


def done(page: AppTest) -> AppTest:
    """Once nothing is under way any more."""
    for worker in threading.enumerate():
        if worker.name.startswith("zhiwen-"):
            worker.join(60)
            assert not worker.is_alive(), "the work did not end"
    return page.run()


def words(page: AppTest) -> str:
    assert not page.exception, page.exception
    kinds = [page.title, page.header, page.subheader, page.caption, page.markdown, page.info, page.warning, page.error, page.success, page.code]
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "").replace("\u2060", "")


def button(page: AppTest, label: str):
    return next(b for b in page.button if b.label == label)


def labels(page: AppTest) -> list[str]:
    return [b.label for b in page.button]


# --- who is let in

def test_the_right_link_opens_and_leaves_the_address(desk):
    page = entrance_with("right")
    assert LIBRARY[NAME].title in words(page)
    assert not page.query_params


@pytest.mark.parametrize(("token", "says"), [(None, DOOR[NAME].missing), ("wrong", DOOR[NAME].wrong)])
def test_without_the_link_there_is_nothing_but_how_to_get_one(desk, token, says):
    page = entrance_with(token)
    shown = words(page)
    assert says in shown
    assert DOOR[NAME].how in shown
    assert labels(page) == [DOOR[NAME].renew]
    assert not page.query_params


def test_a_used_link_says_that_it_is_used(desk):
    entrance_with("right")
    assert DOOR[NAME].used in words(entrance_with("right"))


def test_after_a_wrong_link_the_right_one_has_to_wait(desk):
    entrance_with("wrong")
    assert DOOR[NAME].too_soon.partition("{")[0] in words(entrance_with("right"))


def test_two_tabs_with_one_link_are_not_both_let_in(desk):
    found = []
    tabs = [threading.Thread(target=lambda: found.append(admin_session._entrance().door.try_token("right").value)) for _ in range(8)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert sorted(found) == ["admitted"] + ["used"] * 7


def test_a_new_link_is_shown_on_the_terminal_alone_and_opens(desk, capsys):
    page = entrance_with(None)
    button(page, DOOR[NAME].renew).click().run()
    printed = capsys.readouterr().err
    token = re.search(r"token=(\S+)", printed)[1]
    assert token not in words(page)
    assert LIBRARY[NAME].title in words(entrance_with(token))
    button(page, DOOR[NAME].renew).click().run()
    assert "token=" not in capsys.readouterr().err, "a stranger cannot fill the terminal"


def test_locking_ends_the_session_and_drops_what_it_held(desk):
    page = entrance_with("right")
    page.session_state["work-preview"] = "files in memory"
    button(page, ADMIN[NAME].lock).click().run()
    assert DOOR[NAME].title in words(page)
    assert "work-preview" not in page.session_state


@pytest.mark.parametrize("page", ["admin_library", "admin_upload", "admin_notes", "admin_currency", "admin_state", "admin_evaluation"])
def test_no_page_shows_anything_to_whoever_was_not_let_in(desk, page):
    shown = show(page, admitted=False)
    assert labels(shown) == [DOOR[NAME].renew]
    assert "示例市" not in words(shown)
    assert not shown.file_uploader


def test_every_page_of_the_entry_is_behind_the_door():
    """Whoever adds a page to `views/admin.py` cannot forget it: pages are made in one place, from one table."""
    tree = ast.parse((ROOT / "views" / "admin.py").read_text(encoding="utf-8"))
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page"]
    assert [ast.unparse(node.args[0]) for node in made] == ["admin_session.behind_the_door(page)"]


def test_nothing_of_the_administration_is_in_the_public_page():
    reached, waiting = set(), ["app"]
    while waiting:
        name = waiting.pop()
        path = ROOT / Path(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if name in reached or not file.is_file():
            continue
        reached.add(name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                waiting += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names]
    assert "kb.assemble" in reached
    assert not [name for name in reached if "admin" in name or name in ("kb.door", "kb.evaluation", "ingest.uploads")]


# --- upload

def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    page.file_uploader[0].set_value([(name, content, "application/octet-stream") for name, content in files]).run()
    return done(button(page, UPLOAD[NAME].preview).click().run())


def publish(page: AppTest) -> AppTest:
    return done(next(b for b in page.button if b.label.startswith(UPLOAD[NAME].publish.partition("（")[0])).click().run())


def titles(desk: Desk) -> list[str]:
    return sorted(version.title for version in desk.catalogue.versions())


def test_a_file_is_previewed_before_anything_is_stored_and_published_on_a_word(desk):
    page = upload(show("admin_upload"), ("规定.md", LAW.replace("示例市", "模范市").encode()))
    shown = words(page)
    assert UPLOAD[NAME].outcomes["ADDED"] in shown
    assert "《模范市商业秘密保护条例》" in shown
    assert "施行日期 2024-01-01" in shown
    assert "3 条，3 段" in shown
    assert "第二章 附则" in shown
    assert titles(desk) == ["示例市商业秘密保护条例"]
    page = publish(page)
    assert UPLOAD[NAME].published.format(added=1, updated=0, unchanged=0, passages=3, seconds="").removesuffix(" 秒。") in words(page)
    assert titles(desk) == ["模范市商业秘密保护条例", "示例市商业秘密保护条例"]
    assert labels(page).count(UPLOAD[NAME].discard) == 0


def test_files_chosen_after_the_preview_are_not_published_unseen(desk):
    page = upload(show("admin_upload"), ("甲.md", LAW.replace("示例市", "模范市").encode()))
    page.file_uploader[0].set_value([("乙.md", LAW.replace("示例市", "样板市").encode(), "text/plain")]).run()
    assert UPLOAD[NAME].stale in words(page)
    assert UPLOAD[NAME].discard not in labels(page)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n0000"], ids=["empty", "broken", "picture"])
def test_a_bad_file_is_one_sentence_and_changes_nothing(desk, content):
    before = desk.catalogue.library_version()
    page = upload(show("admin_upload"), (HOSTILE, content))
    shown = "\n".join(error.value for error in page.error)
    assert shown
    assert not re.search(r"(?<!\\)[<!]|\]\(|https?:/", shown), "its name is shown, not obeyed"
    assert UPLOAD[NAME].nothing_new in words(page)
    assert desk.catalogue.library_version() == before


def test_hostile_files_of_the_catalogue_change_nothing_but_by_their_text(desk, corpus):
    before = desk.catalogue.library_version()
    hostile = sorted((corpus / "formats").glob("9[0-9]_*"))
    page = upload(show("admin_upload"), *((path.name, path.read_bytes()) for path in hostile))
    assert len([badge for badge in page.markdown if UPLOAD[NAME].outcomes["REFUSED"] in badge.value]) >= 8
    assert desk.catalogue.library_version() == before


def test_what_a_document_says_of_itself_is_shown_not_obeyed(desk):
    page = upload(show("admin_upload"), ("甲.md", f"# {HOSTILE}\n\n第一条 {HOSTILE}\n".encode()))
    shown = "\n".join(element.value for kind in (page.markdown, page.caption, page.warning) for element in kind)
    assert "点我" in shown
    assert not re.search(r"(?<!\\)[<!]|\]\(|https?:/", shown)


def test_an_archive_is_previewed_file_by_file(desk):
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("甲.md", LAW.replace("示例市", "模范市"))
        archive.writestr("乙.md", "")
    page = upload(show("admin_upload"), ("资料.zip", packed.getvalue()))
    assert UPLOAD[NAME].found.format(count=2) in words(page)


def test_a_second_writer_is_told_who_writes_and_the_preview_is_kept_for_another_try(desk, clock):
    page = upload(show("admin_upload"), ("甲.md", LAW.replace("示例市", "模范市").encode()))
    with writer_lock(desk.tools.data, clock=clock, command="ingest"):
        page = publish(page)
    assert re.search(r"正在入库（进程 \d+，开始于 2026-11-22", words(page))
    assert titles(desk) == ["示例市商业秘密保护条例"]
    assert "模范市商业秘密保护条例" in titles_after(publish(page), desk)


def titles_after(page: AppTest, desk: Desk) -> list[str]:
    assert not page.error
    return titles(desk)


# --- library

def opened_document(desk: Desk) -> AppTest:
    page = show("admin_library")
    return page.button(key="open-0").click().run()


def test_the_list_is_found_by_word_and_filter(desk):
    page = show("admin_library")
    assert "示例市商业秘密保护条例" in words(page)
    page.text_input(key="library_find").set_value("没有这样的标题").run()
    assert LIBRARY[NAME].none_found in words(page)
    page.text_input(key="library_find").set_value("商业 秘密").run()
    page.selectbox(key="library_status").set_value(Status.REPEALED).run()
    assert LIBRARY[NAME].none_found in words(page)


def test_dates_status_and_title_are_edited_marked_and_taken_back(desk):
    page = opened_document(desk)
    version, = desk.catalogue.versions()
    page.button(key=f"edit-{version.id}").click().run()
    page.text_input(key="field-title").set_value(f"示例条例 {HOSTILE}")
    page.selectbox(key="field-status").set_value(Status.CURRENT)
    page.date_input(key="field-in_force_from").set_value(date(2024, 3, 1))
    page = page.button(key="save").click().run()
    edited, = desk.catalogue.versions()
    assert (edited.title, edited.status, edited.in_force_from) == (f"示例条例 {HOSTILE}", Status.CURRENT, date(2024, 3, 1))
    shown = words(page)
    assert LIBRARY[NAME].saved in shown
    assert LIBRARY[NAME].edited in shown
    assert "施行日期 2024-01-01" in shown
    raw = "\n".join(element.value for kind in (page.markdown, page.caption) for element in kind)
    assert not re.search(r"(?<!\\)[<!]|\]\(|https?:/", raw)
    page.button(key=f"edit-{version.id}").click().run()
    page.button(key="undo").click().run()
    assert desk.catalogue.versions() == [version]


def test_an_impossible_date_stays_in_the_dialog_with_a_sentence(desk):
    page = opened_document(desk)
    version, = desk.catalogue.versions()
    page.button(key=f"edit-{version.id}").click().run()
    page.date_input(key="field-in_force_to").set_value(date(2020, 1, 1))
    page = page.button(key="save").click().run()
    assert "最后施行日早于施行日" in words(page)
    assert page.date_input(key="field-in_force_to").value == date(2020, 1, 1)
    assert desk.catalogue.versions() == [version]


def test_a_version_is_removed_only_when_confirmed_and_then_gone_from_the_disk(desk):
    page = opened_document(desk)
    version, = desk.catalogue.versions()
    page.button(key=f"remove-{version.id}").click().run()
    assert "示例市商业秘密保护条例" in words(page)
    assert page.button(key="really-remove").disabled
    page.checkbox(key="confirm").check().run()
    page = page.button(key="really-remove").click().run()
    assert LIBRARY[NAME].removed.format(name="《示例市商业秘密保护条例》（2024）", passages=3) in words(page).replace("（", "（")
    assert desk.catalogue.versions() == []
    assert not [path for path in desk.tools.data.rglob("*") if path.is_file() and "云梦泽".encode() in path.read_bytes()]
    assert desk.catalogue.jobs()[0].kind == "remove"


def test_what_ships_with_the_program_can_only_be_looked_at(library_data, clock, monkeypatch, door):
    settings = Settings(data=library_data)
    opened = Desk(settings, tools(settings, clock), Catalogue(library_data))
    monkeypatch.setattr(admin_session, "_open", lambda progress: opened)
    st.cache_resource.clear()
    page = opened_document(opened)
    assert LIBRARY[NAME].read_only in words(page)
    assert not {LIBRARY[NAME].edit, LIBRARY[NAME].remove} & set(labels(page))
    assert opened.remove([opened.catalogue.versions()[0].id]).removed == ()


# --- readers' notes

@pytest.fixture
def answering(library_data, tmp_path, clock, monkeypatch, door):
    """The shipped library, which answers."""
    settings = Settings(data=shutil.copytree(library_data, tmp_path / "shipped"), model="remote", base_url="https://llm.example.com/v1")
    opened = Desk(settings, tools(settings, clock), Catalogue(settings.data))
    monkeypatch.setattr(admin_session, "_open", lambda progress: opened)
    monkeypatch.setattr(session, "_open", lambda progress: open_library(settings, clock))
    st.cache_resource.clear()
    yield opened
    st.cache_resource.clear()


def test_a_submitted_question_is_asked_again_here_and_settled(answering):
    answering.notes.submit("竞业限制最长多久", Outcome.INSUFFICIENT)
    page = show("admin_notes")
    assert NOTES[NAME].then.format(outcome=TERMS[NAME].outcomes[Outcome.INSUFFICIENT], noted="2026-11-22 12:00") in words(page)
    page = done(button(page, NOTES[NAME].ask_again).click().run())
    shown = words(page)
    assert NOTES[NAME].now.format(outcome=TERMS[NAME].outcomes[Outcome.ANSWERED]) in shown
    assert "二年" in shown
    page = button(page, NOTES[NAME].settle).click().run()
    assert NOTES[NAME].no_questions in words(page)
    assert answering.notes.gaps() == []


def test_a_remark_is_shown_with_what_it_is_about_and_dismissed(desk):
    passage = desk.catalogue.all_passages()[1]
    desk.notes.remark([passage.id], helpful=False, comment=HOSTILE)
    desk.notes.remark(["gone"], helpful=True)
    page = show("admin_notes")
    shown = words(page)
    assert "《示例市商业秘密保护条例》（2024）第二条" in shown
    assert NOTES[NAME].passage_gone in shown
    raw = "\n".join(element.value for element in page.markdown)
    assert not re.search(r"(?<!\\)[<!]|\]\(|https?:/", raw)
    button(page, NOTES[NAME].dismiss).click().run()
    assert [remark.comment for remark in desk.notes.remarks()] == [HOSTILE]


def test_without_notes_the_page_says_so(desk):
    shown = words(show("admin_notes"))
    assert NOTES[NAME].no_questions in shown
    assert NOTES[NAME].no_remarks in shown


# --- currency, maintenance, evaluation

def test_what_changes_within_a_year_is_named_with_its_day(desk):
    shown = words(show("admin_currency"))
    assert "《中华人民共和国商标法》（2026修订）" in shown
    assert CURRENCY[NAME].begins.format(day="2027-01-01") in shown
    assert CURRENCY[NAME].not_held in shown


def test_texts_that_are_not_held_are_listed_with_recorded_addresses_only(desk):
    page = show("admin_currency")
    lacking = desk.lacking()
    assert CURRENCY[NAME].lacking.format(count=len(lacking)) in words(page)
    recorded = {entry.source_url.replace("http://", "https://") for entry in desk.tools.registry.entries}
    linked = {element.proto.url for element in page.get("link_button")}
    assert linked
    assert linked <= recorded
    assert len(page.dataframe[0].value) == len(desk.tools.registry.entries)


def test_the_library_is_verified_and_damage_is_a_sentence(desk):
    page = done(button(show("admin_state"), STATE[NAME].verify).click().run())
    assert STATE[NAME].verified.format(passages=3, version=desk.catalogue.library_version()) in words(page)
    with desk.catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE passages SET text = 'x' WHERE article = 1")
    page = done(button(page, STATE[NAME].verify).click().run())
    assert "与入库时不同" in "\n".join(error.value for error in page.error)


def test_the_index_is_made_anew_where_it_is_gone_and_that_is_remembered(desk):
    shutil.rmtree(desk.tools.data / "index")
    page = show("admin_state")
    assert STATE[NAME].no_index in words(page)
    page = done(button(page, STATE[NAME].rebuild).click().run())
    shown = words(page)
    assert STATE[NAME].rebuilt.format(passages=3) in shown
    assert STATE[NAME].kinds["rebuild"] in shown
    assert STATE[NAME].summary["ingest"].format(added=1, updated=0, removed=0, passages=3) in shown


def test_an_evaluation_is_run_shown_and_can_be_taken_away(desk, monkeypatch):
    page = show("admin_evaluation")
    assert EVALUATION[NAME].none in words(page)
    monkeypatch.setattr("kb.evaluation._PROGRAM", "import sys; sys.exit('题库读不了')")
    page = done(button(page, EVALUATION[NAME].run).click().run())
    assert "评测没有完成：题库读不了" in "\n".join(error.value for error in page.error)


def test_an_evaluation_that_is_stopped_ends_its_process(data, monkeypatch):
    monkeypatch.setattr("kb.evaluation._PROGRAM", "import sys, time; print('开始', file=sys.stderr, flush=True); time.sleep(60)")
    stopping, said = threading.Event(), []

    def say(line: str) -> None:
        said.append(line)
        stopping.set()

    assert run_evaluation(data, say, stopping) is None
    assert said == ["开始"]
    assert not (data / "evaluation" / "last.json").exists()


def test_the_evaluation_of_this_library_is_kept_and_its_report_made(library_data, tmp_path, monkeypatch):
    """Of refusals alone: what is measured is the matter of other tests."""
    data = shutil.copytree(library_data, tmp_path / "shipped")
    monkeypatch.setattr("kb.evaluation._PROGRAM", "import sys; sys.argv[2] = 'refusals'; from kb.cli import main; main()")
    found = run_evaluation(data, lambda line: None, threading.Event())
    assert found.cases > 10
    assert any(metric == "拒答召回" for _, metric, _, _ in found.figures)
    assert found.page().startswith("<!DOCTYPE html>")
    assert last_evaluation(data) == found


# --- labels

@pytest.mark.parametrize("table", [ADMIN, DOOR, LIBRARY, TERMS, UPLOAD, CURRENCY, EVALUATION, NOTES, STATE])
def test_both_languages_have_the_same_labels_with_the_same_places(table):
    chinese, english = table["中文"], table["English"]
    for field in fields(chinese):
        one, other = getattr(chinese, field.name), getattr(english, field.name)
        if isinstance(one, str):
            assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other)), field.name
            assert one
            assert other
        else:
            assert len(one) == len(other), field.name
            assert not isinstance(one, dict) or one.keys() == other.keys(), field.name


def test_every_label_is_used():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "views").glob("admin*.py") if "wording" not in path.name)
    tables = [getattr(module, name) for module in (admin_wording, admin_care_wording) for name in module.__all__ if name.isupper()]
    unused = [field.name for table in tables for field in fields(table[NAME]) if f".{field.name}" not in source]
    assert unused == []


def test_the_page_is_in_english_too(desk):
    page = entrance_with("right")
    page.segmented_control(key="language_choice").set_value("English").run()
    shown = words(page)
    assert LIBRARY["English"].title in shown
    assert TERMS["English"].tiers["user"] in shown


def test_the_secret_is_on_no_command_line_and_in_no_environment(monkeypatch, tmp_path):
    """What the child is given is seen from outside; only the pipe is not."""
    import kb.launch as launch

    given = {}

    class Child:
        def __init__(self, command, **options) -> None:
            given.update(options, command=command)
            self.stdin = BytesIO()
            self.stdin.close = lambda: given.update(piped=self.stdin.getvalue())

        def poll(self) -> int:
            return 0

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Child)
    monkeypatch.setattr(launch, "_answers", lambda server, host, port: True)
    announced = []
    monkeypatch.setattr(launch, "_announce_admin", lambda link, host: announced.append(link))
    launch.run_admin(ROOT / "views" / "admin.py", port=8649, data=tmp_path)
    token = announced[0].partition("token=")[2]
    assert len(token) >= 43
    assert token.encode() in given["piped"]
    assert token not in " ".join(given["command"]) + str(given["env"])
    assert '--server.allowedHosts=["127.0.0.1", "localhost", "::1"]' in given["command"]
