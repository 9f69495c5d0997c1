"""Kill a writer with SIGKILL, again and again, and see after each time that nothing was lost: `python -m tests.crash`.

After a kill three things are asked, in this order. A reader opens what is there. The next process to open the library
for writing completes what was half done (`kb.store.complete`; `zhiwen ingest`, `zhiwen app` and every command that
answers do so). Then `zhiwen library verify` must pass, the library must be in one of the states that were stored, not
earlier than the last one reported, and no trace of the killed work may be left in the folder.
"""

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

from kb.catalogue import Catalogue
from kb.clock import FixedClock
from kb.embedding import StaticEmbedder
from kb.generations import current_manifest
from kb.index import open_index
from kb.lock import writer_lock
from kb.store import complete, rebuild_index, remove_versions, store, verify_library
from kb.types import Kind, Passage, Tier, Version, ordinal_numeral

CLOCK = FixedClock(date(2026, 11, 22))
EMBEDDER = StaticEmbedder()
ARTICLES = 4
WATCHED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.truncate", "sqlite3.connect"}
COMMAND = [sys.executable, "-c", "from kb.cli import main; main()"]

State = dict[int, int]       # document number → revision


@dataclass(frozen=True)
class Work:
    """Something a writer does, and the states the library passes through: `states[0]` is the one before."""

    name: str
    states: tuple[State, ...]


@dataclass
class Tally:
    """What happened, by kind of work."""

    kills: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)      # finished before the kill came
    changed: Counter[str] = field(default_factory=Counter)       # killed, and a later state than the first was found
    reported: int = 0

    def table(self) -> str:
        lines = ["| work | runs | killed | of these: new state found |", "|---|---|---|---|"]
        lines += [f"| {name} | {self.kills[name] + self.survived[name]} | {self.kills[name]} | {self.changed[name]} |"
                  for name in sorted(self.kills | self.survived)]
        return "\n".join([*lines, f"documents reported as stored: {self.reported}, lost: 0"])


# --- the documents, and what a writer does with them

def document(number: int, revision: int) -> tuple[Version, list[Passage]]:
    digest = sha256(f"{number}/{revision}".encode()).hexdigest()
    version = Version(f"doc{number}", f"第{number}号规定", f"第{number}号规定", "2026", Kind.OTHER, Tier.USER, sha256=digest)
    return version, [Passage(f"{number}/{revision}/{n}", version, f"第{ordinal_numeral(n)}条",
                             f"第{number}号规定的第{n}条，第{revision}稿，应当妥善保管。", article=n, ordinal=n)
                     for n in range(1, ARTICLES + 1)]


def work(data: Path, name: str, states: tuple[State, ...], reports: Connection | None) -> None:
    """Take the library through `states`; report each document once `store` has returned."""
    if name == "rebuild":
        rebuild_index(data, EMBEDDER, CLOCK)
    elif name == "migrate":
        Catalogue(data).close()
    elif name == "remove":
        remove_versions(data, [f"doc{n}" for n in states[0].keys() - states[-1].keys()], EMBEDDER, CLOCK)
    elif name == "repair":
        with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
            complete(catalogue, EMBEDDER)
    else:
        with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
            complete(catalogue, EMBEDDER)
            for before, after in pairwise(states):
                new = [n for n in after if before.get(n) != after[n]]
                for n in new:
                    catalogue.keep_original(document(n, after[n])[0].sha256, f"{n}/{after[n]}".encode())
                store(catalogue, catalogue.plan([document(n, after[n]) for n in new]), EMBEDDER)
                if reports:
                    reports.send({n: after[n] for n in new})


def touches(data: Path, event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an audit event is a file operation in the data folder."""
    return event in WATCHED and str(arguments[0]).startswith(str(data))


def child(data: Path, name: str, states: tuple[State, ...], reports: Connection, at_event: int) -> None:
    """Runs in a process of its own; kills itself at the n-th file operation where one is given."""
    left = at_event

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if touches(data, event, arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    reports.send({})             # the interpreter is up: time counts from here
    if at_event:
        sys.addaudithook(count)
    work(data, name, states, reports)


# --- what must hold afterwards

def check(data: Path, states: tuple[State, ...], reported: State, *, damaged: bool = False) -> State:
    """The state found. Raises AssertionError where anything is lost, mixed or left behind."""
    if current := None if damaged else current_manifest(data):
        with open_index(data, EMBEDDER) as index:
            assert len(index) == current.passages
    with writer_lock(data, clock=CLOCK), Catalogue(data) as catalogue:
        complete(catalogue, EMBEDDER)
        catalogue.sweep_originals()
        stored = {v: catalogue.passages_of(v.id) for v in catalogue.versions()}
        assert all(catalogue.original(v.sha256) for v in stored), "an original is lost"
    assert verify_library(data).passages == ARTICLES * len(stored)
    found = {int(v.id.removeprefix("doc")): int(passages[0].id.split("/")[1]) for v, passages in stored.items()}
    for number, revision in found.items():
        version, passages = document(number, revision)
        assert stored[version] == passages, f"document {number} is mixed"
    assert found in states, f"{found} was never stored"
    assert all(found.get(n, 0) >= revision for n, revision in reported.items()), f"reported and lost: {reported}"
    aside = [path.name for path in (data / "index").glob("damaged-*")]
    assert len(aside) <= 1
    left = sorted(path.name for path in (data / "index").iterdir() if path.name not in aside)
    assert left == sorted(["CURRENT", current_manifest(data).generation]), f"left behind: {left}"
    assert {path.name for path in data.glob("originals/*")} == {v.sha256 for v in stored}
    assert not list(data.glob("*.bak*"))
    return found


# --- the rounds

class Rounds:
    """A library that is changed, killed and checked, round after round, in one folder."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.data, self.chance, self.tally = folder / "data", random.Random(seed), Tally()
        self.state: State = {}
        self.events: dict[str, int] = {}                 # file operations of a whole run, by kind of work
        self.seconds: dict[str, float] = {}
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["chromadb", "kb.chroma_index", "kb.store"])

    def run(self, kills: int, say: Callable[[str], None] = lambda line: None) -> Tally:
        self._grow()
        names = ["add", "replace", "remove", "rebuild", "migrate", "first", "repair"]
        for number in range(kills):
            name = names[number % len(names)]
            wanted = self._prepare(name)
            reported = self._killed(wanted)
            self.state = check(self.data, wanted.states, reported, damaged=name == "repair")
            self.tally.changed[name] += self.state != wanted.states[0]
            self.tally.reported += len(reported)
            say(f"{number + 1}/{kills} {name}")
        return self.tally

    def _grow(self) -> None:
        """Something to lose."""
        states = ({}, dict.fromkeys(range(6), 1))
        work(self.data, "add", states, None)
        self.state = check(self.data, states, states[-1])

    def _prepare(self, name: str) -> Work:
        state, free = self.state, max(self.state, default=0) + 1
        if name == "add":
            return Work(name, (state, state | {free: 1, free + 1: 1}, state | dict.fromkeys(range(free, free + 4), 1)))
        if name == "replace":
            chosen = self.chance.sample(sorted(state), min(2, len(state)))
            return Work(name, (state, state | {n: state[n] + 1 for n in chosen}))
        if name == "remove":
            chosen = self.chance.sample(sorted(state), min(3, len(state)))
            return Work(name, (state, {n: r for n, r in state.items() if n not in chosen}))
        if name == "first":
            shutil.rmtree(self.data)
            return Work(name, ({}, dict.fromkeys(range(4), 1), dict.fromkeys(range(8), 1)))
        if name == "migrate":
            make_older(self.data)
        if name == "repair":
            damaged = self.chance.choice(sorted(p for p in (self.data / "index").rglob("*") if p.is_file()))
            damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
        return Work(name, (state,))

    def _killed(self, wanted: Work) -> State:
        """Start the work, kill it; what it had reported until then."""
        by_event, last = bool(self.chance.getrandbits(1)), self._measured(wanted)
        # Late ones oftener: there the catalogue has been written and the index is being swapped.
        at_event = round(self.chance.triangular(1, last, last)) if by_event else 0
        reports, theirs = self.processes.Pipe(duplex=False)
        process = self.processes.Process(target=child, args=(self.data, wanted.name, wanted.states, theirs, at_event))
        process.start()
        theirs.close()
        reports.recv()
        if not by_event:
            process.join(self.chance.uniform(0, 1.05 * self.seconds[wanted.name]))
            process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), f"{wanted.name} ended with {process.exitcode}"
        (self.tally.survived if process.exitcode == 0 else self.tally.kills)[wanted.name] += 1
        reported: State = {}
        try:
            while reports.poll():
                reported |= reports.recv()
        except EOFError:
            pass
        return reported

    def _measured(self, wanted: Work) -> int:
        """File operations the work takes when nobody kills it, counted once in a copy."""
        if wanted.name not in self.events:
            with tempfile.TemporaryDirectory() as name:
                copy, counted = Path(name) / "data", 0

                def count(event: str, arguments: tuple[object, ...]) -> None:
                    nonlocal counted
                    counted += counting and touches(copy, event, arguments)

                if self.data.exists():
                    shutil.copytree(self.data, copy)
                counting = True
                sys.addaudithook(count)
                began = time.monotonic()
                work(copy, wanted.name, wanted.states, None)
                counting = False
                self.events[wanted.name], self.seconds[wanted.name] = counted, time.monotonic() - began
        return self.events[wanted.name]


def make_older(data: Path) -> None:
    """The catalogue as schema 1 had it."""
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection, connection:
        connection.execute("ALTER TABLE versions DROP COLUMN read_by")
        connection.execute("ALTER TABLE versions DROP COLUMN audience")
        connection.execute("ALTER TABLE versions DROP COLUMN edited")
        connection.execute("ALTER TABLE passages DROP COLUMN page_label")
        connection.execute("ALTER TABLE passages DROP COLUMN lead_in")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")


# --- the same through the real command

class CommandRounds:
    """`zhiwen ingest` of a folder of documents, killed at any moment of its run."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.data, self.chance = folder / "documents", folder / "data of the command", random.Random(seed)
        self.folder.mkdir()
        self.written = 0

    def run(self, kills: int, say: Callable[[str], None] = lambda line: None) -> int:
        """Number of runs that were killed before they ended."""
        self._write(4)
        began = time.monotonic()
        assert self._ingest().wait() == 0
        seconds, killed = time.monotonic() - began, 0
        for number in range(kills):
            before = self._stored()
            self._write(3)
            process = self._ingest()
            try:
                process.wait(self.chance.uniform(0.3, 1.0) * seconds)
            except subprocess.TimeoutExpired:
                killed += 1
                os.killpg(process.pid, signal.SIGKILL)       # its parsing children too
            finished = process.wait() == 0
            with writer_lock(self.data, clock=CLOCK, wait_s=10), Catalogue(self.data) as catalogue:
                complete(catalogue, EMBEDDER)
            verify_library(self.data)
            stored = self._stored()
            assert stored.items() >= before.items(), "something stored before is lost"
            assert set(stored.values()) == {ARTICLES}, "a document is there in part"
            assert not finished or len(stored) == self.written, "reported and lost"
            assert self._ingest().wait() == 0
            assert len(self._stored()) == self.written
            say(f"{number + 1}/{kills} command")
        return killed

    def _write(self, count: int) -> None:
        for _ in range(count):
            self.written += 1
            articles = "\n\n".join(f"第{ordinal_numeral(n)}条　第{self.written}号规定的第{n}项义务，应当妥善保管材料。"
                                   for n in range(1, ARTICLES + 1))
            (self.folder / f"{self.written}.md").write_text(f"# 第{self.written}号保管规定\n\n{articles}\n", encoding="utf-8")

    def _ingest(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([*COMMAND, "ingest", str(self.folder), "--data", str(self.data), "--json"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def _stored(self) -> dict[str, int]:
        with Catalogue(self.data) as catalogue:
            return catalogue.sizes()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    given = options.parse_args()
    through_command = max(1, given.kills // 10)
    with tempfile.TemporaryDirectory(prefix="zhiwen-crash-") as name:
        print(f"seed {given.seed}")  # noqa: T201
        say = lambda line: print(line, file=sys.stderr)  # noqa: E731, T201
        tally = Rounds(Path(name), given.seed).run(given.kills - through_command, say)
        killed = CommandRounds(Path(name), given.seed).run(through_command, say)
        print(tally.table())  # noqa: T201
        print(f"zhiwen ingest: {through_command} runs, {killed} killed, lost: 0")  # noqa: T201


if __name__ == "__main__":
    main()
