"""What a file is called and what it is, from what a browser says: data for people, never a path of ours."""

from __future__ import annotations

from ...errors import N_, Invalid
from ...letters import composed
from ..base.checks import unfit

LONGEST = 150

# By ending, not by what the sender claims: a browser must never be talked into running what it downloads.
MEDIA_TYPES = {
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "png": "image/png",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
UNKNOWN = "application/octet-stream"


def clean(said: str) -> str:
    """The name to keep: without folders and control characters, shortened before its ending.

    Raises Invalid (field `file`) where nothing is left that could be a name."""
    # Browsers write a quote as %22 and line breaks as %0D and %0A (WHATWG, "multipart/form-data").
    said = said.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
    name = composed(said).replace("\\", "/").rpartition("/")[2]
    name = " ".join("".join(sign for sign in name if not unfit(sign)).split())
    if not name.strip(". "):
        raise Invalid(file=N_("The file has no name that can be kept. Give it another name and try again."))
    return _shortened(name)


def media_type(name: str) -> str:
    return MEDIA_TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN)


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST].rstrip()
    return f"{stem[: LONGEST - len(ending) - 2].rstrip()}….{ending}"
