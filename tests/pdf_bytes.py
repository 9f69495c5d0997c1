"""PDF files written byte by byte, so that a test can break exactly one thing in them."""

from collections.abc import Iterable, Sequence

__all__ = ["chinese", "document", "file", "image", "line", "stream", "to_unicode"]

_LATIN = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def file(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Objects numbered from 1, the first of them the catalogue, with a right cross-reference table."""
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, table)
    written += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, start)
    return bytes(written)


def document(contents: Iterable[bytes], *, catalogue: bytes = b"", pages: bytes = b"", fonts: bytes = b"", images: bytes = b"",
             more: Sequence[bytes] = ()) -> bytes:
    """A4 pages with these contents: an object each (its stream, made here unless it is one). F1 is Helvetica, F2 Chinese.

    Objects: 1 catalogue, 2 page tree, 3 and 4 fonts, 5 and 6 what F2 needs, then `more`, then page and content in turns.
    """
    bodies = [content if content.startswith(b"<<") else stream(content) for content in contents]
    first = 7 + len(more)
    kids = b" ".join(b"%d 0 R" % (first + 2 * k) for k in range(len(bodies)))
    page = (b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R/F2 4 0 R%s>>/XObject<<%s>>>>"
            b"/Contents %%d 0 R%s>>") % (fonts, images, pages)
    objects = [b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(bodies), kids),
               _LATIN, _composite(b""), _CID_FONT, _DESCRIPTOR, *more]
    for k, body in enumerate(bodies):
        objects += [page % (first + 2 * k + 1), body]
    return file(objects)


_CID_FONT = (b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 5>>"
             b"/FontDescriptor 6 0 R>>")
_DESCRIPTOR = (b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
               b"/Descent -120/CapHeight 880/StemV 93>>")


def _composite(entries: bytes) -> bytes:
    return b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]%s>>" % entries


def to_unicode(number: int, shown: str, claimed: str) -> tuple[bytes, bytes]:
    """A Chinese font that claims to show other characters than it does, and its map, which is object `number`."""
    pairs = dict(zip(shown, claimed, strict=True))
    rows = b"\n".join(b"<%04X> <%04X>" % (ord(a), ord(b)) for a, b in pairs.items())
    cmap = (b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n%s\nendbfchar\nendcmap end end"
            % (len(pairs), rows))
    return _composite(b"/ToUnicode %d 0 R" % number), stream(cmap)


def chinese(text: str, *, left: float = 72, top: float = 600, size: float = 12, font: str = "F2", before: str = "") -> bytes:
    codes = text.encode("utf-16-be").hex()
    return f"q {before} BT /{font} {size} Tf {left} {top} Td <{codes}> Tj ET Q\n".encode()


def line(text: str, *, left: float = 72, top: float = 600, size: float = 12, before: str = "") -> bytes:
    return f"q {before} BT /F1 {size} Tf {left} {top} Td ({text}) Tj ET Q\n".encode()


def image(rows: Sequence[bytes]) -> bytes:
    """Grey dots, a row of bytes for each line of them."""
    return stream(b"".join(rows), b"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8/Width %d/Height %d"
                  % (len(rows[0]), len(rows)))
