"""The demo's documents as PDF files, a page for each page of the content, so that questions can point at one."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from fpdf import FPDF

from .content import Document

# The built-in fonts know Latin-1 only; these are what Swedish texts have beside it.
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "”": '"', "“": '"', "’": "'", "•": "-", "…": "...", "≥": ">=", "≤": "<="}
)


def pdf_of(document: Document, organisation: str, made: datetime) -> BytesIO:
    """The document as a PDF: heading, pages with numbers, the same bytes each time."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(made)
    pdf.set_title(document.title)
    pdf.set_lang("sv-SE")
    pdf.set_margins(25, 22, 25)
    for number, page in enumerate(document.pages, 1):
        pdf.add_page()
        _small(pdf, f"{organisation}    {document.title}    sida {number} ({len(document.pages)})")
        if number == 1:
            pdf.set_font("Helvetica", "B", 18)
            pdf.multi_cell(0, 9, _latin(document.title), new_x="LMARGIN", new_y="NEXT")
            pdf.ln(4)
        for line in page.splitlines():
            _line(pdf, line)
    return BytesIO(bytes(pdf.output()))


def _small(pdf: FPDF, text: str) -> None:
    pdf.set_font("Helvetica", "", 9)
    pdf.set_text_color(90)
    pdf.multi_cell(0, 5, _latin(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(6)
    pdf.set_text_color(0)


def _line(pdf: FPDF, line: str) -> None:
    text = line.strip().replace("**", "")
    if not text:
        pdf.ln(3)
    elif text.startswith("#"):
        pdf.set_font("Helvetica", "B", 13)
        pdf.multi_cell(0, 8, _latin(text.lstrip("# ")), new_x="LMARGIN", new_y="NEXT")
    else:
        pdf.set_font("Helvetica", "", 11)
        pdf.multi_cell(0, 6, _latin(text), new_x="LMARGIN", new_y="NEXT")


def _latin(text: str) -> str:
    return text.translate(_PLAIN).encode("latin-1", "replace").decode("latin-1")
