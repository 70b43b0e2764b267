"""Files of answers, read before the write lock is taken. Photos are re-encoded; position and other EXIF stay behind."""

import hashlib
import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from PIL import Image, ImageOps, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from blueprints.captures import kinds
from blueprints.captures.models import Capture, CaptureFile
from blueprints.shared import files
from blueprints.shared.db import db, now

PIXELS = 40_000_000  # more is refused before it is unpacked (a bomb of 10,000 x 10,000 px is 300 MB in memory)
SIDE = 2_000  # px; what is larger is made smaller
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


@dataclass(frozen=True)
class Picture:
    """A delivered file: `digest` of the bytes as delivered; `content` re-encoded, or as delivered where it is none.

    readable: it is what it was sent as; what claims to be a picture and cannot be read as one is held.
    """

    field: str
    name: str
    digest: str
    content: bytes
    media_type: str
    readable: bool


def read(field: str, file: FileStorage) -> Picture:
    """Decodes and re-encodes a picture; what is sent as one and cannot be decoded is kept as it is, to be held. Files
    of other kinds are kept as they are, under the kind that their content shows."""
    raw = file.stream.read()
    content = _reencoded(raw)
    other = content is None and bool(raw) and not (file.mimetype or "image/").startswith("image/")
    return Picture(
        field=field,
        name=_plain(file.filename or ""),
        digest=hashlib.sha256(raw).hexdigest(),
        content=content or raw,
        media_type="image/jpeg" if content else kinds.of(raw) if other else kinds.UNKNOWN,
        readable=content is not None or other,
    )


def _plain(name: str) -> str:
    """The file's own name, without folders, control and direction characters; shown only, never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[-255:]


def _reencoded(raw: bytes) -> bytes | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
                if image.width * image.height > PIXELS:
                    return None
                image.draft("RGB", (SIDE, SIDE))
                upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((SIDE, SIDE))
        upright.info.clear()  # comments and profiles would be written along
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=85, exif=b"")
        return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning,
            Image.DecompressionBombError):  # fmt: skip
        return None


def note(picture: Picture, capture: Capture, id: UUID | None = None) -> CaptureFile:
    """The row of a photo of this capture. Its bytes must be stored before the commit."""
    row = CaptureFile(
        id=id or uuid5(capture.id, f"{picture.field} {picture.digest}"),
        capture_id=capture.id,
        author_id=capture.author_id,
        name=picture.name,
        digest=picture.digest,
        stored=files.name_of(picture.content),
        media_type=picture.media_type,
        size=len(picture.content),
        state="applied" if picture.readable else "held",
        received=now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def store(pictures: Iterable[Picture]) -> None:
    """Their bytes, on disk; only once it is sure that their rows will be committed."""
    for picture in pictures:
        files.put(picture.content)
