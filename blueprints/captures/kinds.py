"""What a file is, by its first bytes: what it is called and what it claims to be are not believed."""

UNKNOWN = "application/octet-stream"
STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"PK\x03\x04", "application/zip"),
)
BRANDS = {b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime"}


def of(content: bytes) -> str:
    """The media type of a recording, a film or a document; that of unknown bytes where it is none that is known."""
    for start, found in STARTS:
        if content.startswith(start):
            return found
    if content[:4] == b"RIFF" and content[8:12] in (b"WAVE", b"AVI "):
        return "audio/wav" if content[8:12] == b"WAVE" else "video/x-msvideo"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "video/3gpp" if brand.startswith(b"3g") else BRANDS.get(brand, "video/mp4")
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "audio/aac" if content[1] & 0xF6 == 0xF0 else "audio/mpeg"
    return UNKNOWN
