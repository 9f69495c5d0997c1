"""The arrows of import run one way, and each framework is known to one file, two at most."""

import ast
import importlib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path.relative_to(ROOT) for folder in ("kb", "ingest", "views", "api", "eval")
                 for path in (ROOT / folder).rglob("*.py"))
OURS = {"kb", "ingest", "views", "api", "eval", "app", "train"}
COMPOSITION_ROOT = {"kb/assemble.py", "kb/cli.py", "kb/cli_answers.py", "kb/cli_eval.py", "kb/cli_fetch.py", "kb/cli_library.py",
                    "kb/cli_options.py", "kb/cli_sending.py", "kb/administration.py", "kb/evaluation.py"}
OPEN_TO_INGEST = {"kb.types", "kb.ports", "kb.errors", "kb.text", "kb.clock", "kb.statute", "kb.clauses", "kb.registry",
                  "kb.glossary", "kb.instructions", "kb.questions", "kb.fingerprints", "kb.catalogue", "kb.lock", "kb.store",
                  "kb.private_folder"}
FRAMEWORKS = {"chromadb": {"kb/chroma_index.py"}, "tantivy": {"kb/lexical.py"},
              "sqlalchemy": {"kb/catalogue.py", "kb/notes.py", "kb/schema.py"}, "docx": {"ingest/parse/docx.py", "kb/document.py"}, "segno": {"kb/qr_code.py"}}
COMPOSED_ONLY = {"kb.chroma_index", "kb.lexical", "kb.schema"}      # behind kb.index and kb.catalogue
HEAVY = {"chromadb", "langchain", "langchain_core", "langchain_openai", "streamlit", "docx", "pypdf", "pypdfium2",
         "tiktoken", "selectolax", "openpyxl", "pptx", "rapidocr"}
EVERYWHERE = {"numpy", "pytest"}


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(nodes) -> set[str]:
    """Dotted names of imported modules; `from kb import schema` counts as kb.schema."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module in OURS else {node.module}
    return names


def on_loading(module: ast.Module):
    """Statements that run when the module is loaded: not those in functions or for the type checker only."""
    pending = list(module.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += node.orelse
            continue
        yield node
        pending += ast.iter_child_nodes(node)


def top(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_run_one_way(path):
    names, here = imported(ast.walk(tree(path))), path.as_posix()
    if path.parts[0] == "kb" and here not in COMPOSITION_ROOT:
        assert not {name for name in names if top(name) in OURS - {"kb"}}
    if path.parts[0] == "ingest":
        assert {name for name in names if top(name) in OURS - {"ingest"}} <= OPEN_TO_INGEST
    if path.parts[0] in ("views", "api", "eval"):
        assert not {name for name in names if top(name) in ("ingest", "app")} | (names & COMPOSED_ONLY)
    if here not in COMPOSITION_ROOT:
        assert not {name for name in names if top(name) in ("app", "eval", "train")} or path.parts[0] == "eval"


def test_each_framework_is_known_to_two_files_at_most():
    used: dict[str, set[str]] = defaultdict(set)
    for path in MODULES:
        for name in imported(ast.walk(tree(path))):
            used[top(name)].add(path.as_posix())
    for name, known in FRAMEWORKS.items():
        assert used[name] == known
    standard = importlib.import_module("sys").stdlib_module_names
    crowded = {name: sorted(files) for name, files in used.items()
               if name not in standard | OURS | EVERYWHERE | {"streamlit", "typer", *FRAMEWORKS} and len(files) > 2}
    assert not crowded
    assert not {path for path in used["streamlit"] if not path.startswith("views/")} - {"eval/visitor.py"}     # speaks its protocol
    assert not {path for path in used["typer"] if not path.startswith("kb/cli")}


@pytest.mark.parametrize("path", [path for path in MODULES if path.parts[0] in ("kb", "ingest")], ids=str)
def test_nothing_heavy_is_loaded_before_it_is_needed(path):
    assert not {name for name in imported(on_loading(tree(path))) if top(name) in HEAVY}


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__init__.py"
                                  and path.parts[0] in ("kb", "ingest")], ids=str)
def test_public_names_are_listed_and_exist(path):
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
