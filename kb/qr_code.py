"""The code on a printed sheet that a phone reads without any network: it holds text, no address of ours."""

from collections.abc import Iterable
from io import BytesIO

__all__ = ["QR_BYTES", "code_png", "code_text"]

QR_BYTES = 900      # of UTF-8: what a phone still reads well from a code of five centimetres on paper
_PIXELS = 4         # a module


def code_text(heading: str, references: Iterable[str], addresses: Iterable[str]) -> str:
    """Heading, references and addresses, a line each, as many as QR_BYTES hold; references come before addresses."""
    lines = [heading]
    for line in dict.fromkeys((*references, *addresses)):
        if len("\n".join((*lines, line)).encode()) <= QR_BYTES:
            lines.append(line)
    return "\n".join(lines)


def code_png(text: str) -> bytes:
    """A black and white PNG with its quiet zone. Raises ValueError for text that no code holds (above 2,900 bytes)."""
    import segno

    picture = BytesIO()
    try:
        # Bytes of UTF-8: left to itself it may choose a Japanese encoding for some of our characters.
        segno.make_qr(text, error="l", mode="byte", encoding="utf-8").save(picture, kind="png", scale=_PIXELS, border=4)
    except segno.DataOverflowError as error:
        raise ValueError(f"{len(text.encode())} bytes are too many for a QR code") from error
    return picture.getvalue()
