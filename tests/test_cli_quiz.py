"""`zhiwen quiz`: a sheet, its key, and the bank as data."""

import json

import pytest

from kb import cli
from kb.quiz import Topic, bundled_items, item_record


@pytest.fixture
def zhiwen(monkeypatch, capsys):
    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["zhiwen", *args])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err
    return run


def test_all_items_come_as_one_list(zhiwen):
    code, out, _ = zhiwen("quiz", "--all", "--json")
    assert code == 0
    assert json.loads(out) == [item_record(item) for item in bundled_items()]


def test_one_seed_gives_one_sheet_and_its_key(zhiwen):
    _, sheet, _ = zhiwen("quiz", "--topic", "赔偿", "--level", "3", "--count", "4", "--seed", "5")
    _, again, _ = zhiwen("quiz", "--topic", "damages", "--level", "3", "--count", "4", "--seed", "5", "--key")
    _, items, _ = zhiwen("quiz", "--topic", "damages", "--level", "3", "--count", "4", "--seed", "5", "--json")
    assert again.startswith(sheet)
    assert {(item["topic"], item["level"]) for item in json.loads(items)} == {("damages", 3)}
    assert all(item["question"] in sheet and item["explanation"] not in sheet and item["explanation"] in again for item in json.loads(items))


def test_a_random_sheet_says_how_to_get_its_key(zhiwen):
    code, out, err = zhiwen("quiz", "--count", "2")
    assert code == 0
    number = err.split("--seed ")[1].split(" ")[0]
    assert f"卷号 {number}" in out


def test_an_unknown_topic_is_refused_with_the_way_to_the_names(zhiwen):
    code, _, err = zhiwen("quiz", "--topic", "天文")
    assert code == 2
    assert "题库没有这个主题：天文" in err
    assert "--list" in err
    _, listed, _ = zhiwen("quiz", "--list")
    assert all(topic.label in listed for topic in Topic)
