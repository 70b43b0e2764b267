"""What may come in as a photo: what is a picture is made one anew, what is none is kept, held and never shown."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from blueprints.captures import pictures
from blueprints.captures.models import CaptureFile
from blueprints.shared import files
from blueprints.shared.db import db
from tests.support.world import World

ClientAs = Callable[[str | None], Any]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def with_position() -> bytes:
    exif = Image.Exif()
    exif[Base.Artist], exif[Base.Orientation] = "CANARY-artist", 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 0.0, 0.0)
    return photo(exif=exif)


@pytest.fixture
def send(world: World, client_as: ClientAs, deliver: Any) -> Callable[..., tuple[Any, CaptureFile | None]]:
    """Sends a file with a note of alice's; the answer, and its row."""
    alice = client_as("alice")
    capture: UUID = deliver(alice, f"/visits/{world.id('visit')}/notes/free", {"text": "Tout va bien."}).id

    def sent(content: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> tuple[Any, CaptureFile | None]:
        file, url = uuid4(), f"/captures/{capture}/files/"
        data = {"file": (io.BytesIO(content), name, kind)}
        answer = alice.post(f"{url}{file}", data=data, headers={"Capture-Id": str(file)})
        seen = alice.get(f"{url}{file}")
        seen.get_data()
        seen.close()
        row = db.session.get(CaptureFile, file)
        assert (seen.status_code == 200) == (row is not None and row.state == "applied")
        if seen.status_code == 200 and seen.mimetype != "image/jpeg":  # handed over, never shown
            assert seen.headers["Content-Disposition"].startswith("attachment")
            assert seen.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert seen.headers["X-Content-Type-Options"] == "nosniff"
        return answer, row

    return sent


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_becomes_a_jpeg_of_ours(send: Any, kind: str) -> None:
    answer, row = send(photo(kind))
    assert (answer.status_code, row.state, row.media_type) == (201, "applied", "image/jpeg")
    with Image.open(files.path_of(row.stored)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (40, 30))


def test_where_it_was_taken_stays_behind_and_it_stands_upright(send: Any) -> None:
    assert b"CANARY-artist" in with_position()
    row = send(with_position())[1]
    content = files.path_of(row.stored).read_bytes()
    assert b"CANARY" not in content
    with Image.open(io.BytesIO(content)) as kept:
        assert not kept.getexif()
        assert kept.size == (30, 40)


def test_what_is_hidden_behind_a_picture_stays_behind(send: Any) -> None:
    """A file that is a picture and a page at once is only the picture afterwards."""
    for content in (photo() + PAGE, photo("GIF", comment=PAGE)):
        row = send(content)[1]
        assert (row.state, b"script" in files.path_of(row.stored).read_bytes()) == ("applied", False)


def test_a_large_one_is_made_smaller(send: Any) -> None:
    row = send(photo(size=(4_000, 3_000)))[1]
    with Image.open(files.path_of(row.stored)) as kept:
        assert kept.size == (2_000, 1_500)


@pytest.mark.parametrize(
    "content",
    [b"", SVG, PAGE, photo()[:200], photo("BMP"), photo("TIFF"), b"\xff\xd8\xff" + random.Random(1).randbytes(500)],
    ids=["empty", "svg", "html", "cut", "bmp", "tiff", "noise"],
)
def test_what_is_no_picture_is_kept_held_and_never_shown(send: Any, content: bytes) -> None:
    answer, row = send(content)
    assert (answer.status_code, row.state, row.media_type) == (202, "held", "application/octet-stream")
    assert files.path_of(row.stored).read_bytes() == content


def test_a_bomb_is_not_unpacked(send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 × 10,000 px: 300 kB on the way, 300 MB in memory."""
    bomb = photo("PNG", size=(10_000, 10_000))
    assert len(bomb) < 1_000_000
    unpacked: list[Any] = []
    real = Image.Image.load
    monkeypatch.setattr(Image.Image, "load", lambda image: unpacked.append(image.size) or real(image))
    answer, row = send(bomb)
    assert (answer.status_code, row.state, unpacked) == (202, "held", [])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("x" * 300 + ".jpg", ("x" * 300 + ".jpg")[-255:]),
        ("é\u0301 1.jpg", "é\u0301 1.jpg"),
    ],
)
def test_a_name_is_only_shown_and_never_a_path(send: Any, name: str, kept: str) -> None:
    row = send(photo(), name)[1]
    assert row.name == kept
    assert files.path_of(row.stored).parent.parent == files.folder()
    assert all(len(path.name) == 64 for path in Path(files.folder()).rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "kept"), [("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"), ("..\\..\\boot.ini", "boot.ini")]
)
def test_what_a_browser_would_not_send_as_a_name_goes_nowhere(name: str, kept: str) -> None:
    assert pictures._plain(name) == kept


WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 28


@pytest.mark.parametrize(
    ("content", "name", "claim", "kept"),
    [
        (WAVE, "voix.wav", "audio/wav", "audio/wav"),
        (b"%PDF-1.7\n", "devis.pdf", "application/pdf", "application/pdf"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 12, "film.mp4", "video/mp4", "video/mp4"),
        (PAGE, "page.html", "text/html", "application/octet-stream"),
        (PAGE, "voix.wav", "audio/wav", "application/octet-stream"),
    ],
)
def test_a_file_of_another_kind_is_kept_by_what_it_is_and_only_handed_over(
    send: Any, content: bytes, name: str, claim: str, kept: str
) -> None:
    answer, row = send(content, name, claim)

    assert (answer.status_code, row.state, row.media_type) == (201, "applied", kept)
