"""`zhiwen kit`: the pieces for a station, listed or printed as text."""

from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli_options import AsJson, print_json
from kb.errors import QuestionError

if TYPE_CHECKING:
    from kb.kit import Piece

__all__ = ["kit"]


def kit(name: Annotated[str, typer.Argument(help="一件的名称或标题；不写则列出全部")] = "", as_json: AsJson = False) -> None:
    """列出驿站工具包（讲解稿、海报、问答、折页等），或者输出其中一件和它的依据。"""
    from kb.clock import SystemClock
    from kb.kit import bundled_kit, piece_named, sources_of, to_text
    from kb.registry import bundled_registry

    chosen = piece_named(name) if name else None
    if name and chosen is None:
        raise QuestionError(f"工具包里没有 {name}", "请用 zhiwen kit 查看全部名称")
    pieces = (chosen,) if chosen else bundled_kit()
    if as_json:
        print_json([_record(piece) for piece in pieces])
    elif chosen:
        typer.echo(to_text(chosen, sources_of(chosen, bundled_registry(), SystemClock().today())))
    else:
        for piece in pieces:
            typer.echo(f"{piece.form.label}  {piece.title}  {piece.name}")


def _record(piece: "Piece") -> dict[str, object]:
    return {"name": piece.name, "title": piece.title, "form": piece.form.value, "version": piece.version,
            "valid_from": piece.valid_from.isoformat(),
            "parts": [{"heading": part.heading, "lines": list(part.lines), "basis": list(part.basis)} for part in piece.parts]}
