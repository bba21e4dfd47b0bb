"""Excel workbooks, part by part, also such as no program would write."""

from __future__ import annotations

import io
import zipfile
from html import escape

BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Styles by number: plain, a day, a moment, a postal code, a day in words of its own, a social security number.
_STYLES = (
    '<styleSheet><numFmts count="3"><numFmt numFmtId="164" formatCode="00000"/>'
    '<numFmt numFmtId="165" formatCode="[$-409]d\\-mmm\\-yyyy;@"/>'
    '<numFmt numFmtId="166" formatCode="000\\-00\\-0000"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>'
)
DAY, MOMENT, POSTAL, DAY_IN_WORDS, SOCIAL = 1, 2, 3, 4, 5


def number(value: object, style: int = 0) -> str:
    return f'<c r="@" s="{style}"><v>{value}</v></c>'


def text(value: str) -> str:
    return f'<c r="@" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def row(*cells: str, at: int | None = None, hidden: bool = False) -> str:
    """Cells are texts, or XML with `@` for the place; empty ones are left out, as Excel does."""
    made = [
        (each if each.startswith("<c") else text(each)).replace('"@"', f'"{letter(column)}{at or 1}"')
        for column, each in enumerate(cells)
        if each
    ]
    place = f' r="{at}"' if at else ""
    mark = ' hidden="1"' if hidden else ""
    return f"<row{place}{mark}>{''.join(made)}</row>"


def letter(column: int) -> str:
    """The name of a column from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheet(*rows: str) -> str:
    return f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>"


def workbook(
    sheets: dict[str, str],
    *,
    hidden: tuple[str, ...] = (),
    texts: str = "",
    date_1904: bool = False,
    parts: dict[str, bytes | str] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
    book_part: str = BOOK,
) -> bytes:
    """A whole workbook; `parts` replaces or adds parts of it."""
    names = list(sheets)
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="r{at}" state="{"hidden" if name in hidden else "visible"}"/>'
        for at, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(names) + 1)
    )
    relations += f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    relations += f'<Relationship Id="t" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    content: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships><Relationship Id="b" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        BOOK: f'<workbook xmlns:r="{_OFFICE}"><workbookPr date1904="{int(date_1904)}"/><sheets>{entries}</sheets></workbook>',
        RELATIONS: f"<Relationships>{relations}</Relationships>",
        STYLES: _STYLES,
        TEXTS: f"<sst>{texts}</sst>",
        **{f"xl/worksheets/sheet{at}.xml": each for at, each in enumerate(sheets.values(), start=1)},
        **(parts or {}),
    }
    if book_part != BOOK:
        content = {name.replace("workbook.xml", book_part): part for name, part in content.items()}
        content["_rels/.rels"] = str(content["_rels/.rels"]).replace("workbook.xml", book_part)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return out.getvalue()
