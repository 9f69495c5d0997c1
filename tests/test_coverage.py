"""What the library covers is counted by a command, and the documentation shows the same table."""

from pathlib import Path

from typer.testing import CliRunner

from ingest.coverage import Coverage, coverage, table
from kb.cli import app
from kb.types import Audience

DIGEST = "---\nkind: digest\ntopic: 刑事\n---\n# 要点\n\n## 第一条\n\n## 第二条\n"
GUIDE = "---\nkind: guide\ntopic: 刑事\naudience: station\n---\n# 报案\n\n## 一句话\n"
GLOSSARY = "---\nkind: glossary\ntopic: 认定\n---\n# 术语表\n\n## 报案\n"


def test_articles_are_counted_one_by_one_and_guides_by_their_audience():
    rows = {row.topic: row for row in coverage([DIGEST, GUIDE, GLOSSARY])}
    assert rows["刑事"] == Coverage("刑事", 2, {Audience.ENTERPRISE: 0, Audience.STATION: 1, Audience.TRAINEE: 0})
    assert rows["认定"] == Coverage("认定", 0, dict.fromkeys(Audience, 0))


def test_the_table_has_a_line_for_each_topic_and_the_sums():
    lines = table(coverage([DIGEST, GUIDE]), terms=7).splitlines()
    assert "| 刑事 | 2 |  | 1 |  |" in lines
    assert "| **合计** | 2 |  | 1 |  |" in lines
    assert lines[-1] == "另有术语表，7 个术语。"


def test_the_documentation_shows_what_the_command_prints():
    printed = CliRunner().invoke(app, ["library", "coverage"]).stdout
    documented = (Path(__file__).parents[1] / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert printed in documented, "run: zhiwen library coverage, and put its table into docs/coverage.md"
