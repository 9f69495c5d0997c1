"""Errors a person can act on: each says what happened and what to do next, in Chinese, for users to read."""

__all__ = ["ConfigError", "IndexDamaged", "KbError", "LibraryBusy", "ModelError", "ModelStopped", "OtherEmbedder",
           "PromptError", "QuestionError", "ReadOnlyLibrary", "SourceError"]


class KbError(Exception):
    """Anything the person in front of the program can act on.

    ├─ ConfigError       a setting is missing or wrong
    ├─ SourceError       a file could not be read or parsed; nothing of it was stored
    ├─ QuestionError     a question could not be taken (empty, too long)
    ├─ PromptError       a prompt file and its caller disagree
    ├─ ModelError        the configured chat model failed (the caller falls back and says so)
    │  └─ ModelStopped   the reader stopped it; nothing is wrong
    ├─ LibraryBusy       another process is writing
    ├─ ReadOnlyLibrary   the data folder cannot be written
    └─ IndexDamaged      the index and the catalogue disagree, or its files are not those that were written
       └─ OtherEmbedder  another embedder made the index: nothing is damaged, nothing is repaired unasked
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}。{remedy}")
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["KbError"], tuple[str, str]]:
        # Errors cross from the parsing child process to its parent.
        return type(self), (self.problem, self.remedy)


class ConfigError(KbError):
    """A setting is missing or wrong."""


class SourceError(KbError):
    """A file could not be read or parsed; nothing of it was stored."""


class QuestionError(KbError):
    """A question could not be taken: empty, too long, or without words."""


class PromptError(KbError):
    """A prompt file and its caller disagree about the variables."""


class ModelError(KbError):
    """The configured chat model failed: unreachable, slow, refusing, or answering with nothing."""


class ModelStopped(ModelError):
    """The reader stopped the chat model, or gave up waiting for it; nothing is wrong."""


class LibraryBusy(KbError):
    """Another process holds the writer lock."""


class ReadOnlyLibrary(KbError):
    """The data folder cannot be written."""


class IndexDamaged(KbError):
    """The index and the catalogue disagree, or its files are not those that were written."""


class OtherEmbedder(IndexDamaged):
    """Another embedder made the index: its vectors cannot be compared with this one's."""
