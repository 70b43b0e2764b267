"""Settings, read from the environment once at start. The defaults are right for a trial on one's own machine."""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

MEGA = 1024 * 1024


def _secret_key(folder: Path) -> str:
    """The key kept in DATA_DIR, made at the first start and readable by nobody else."""
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _database(url: str) -> str:
    """SQLAlchemy's name of the driver; what providers hand out is often the short form."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _addresses(env: Mapping[str, str], port: int) -> tuple[list[str], list[str], bool]:
    """Origins that may write, hosts that may be named, and whether the world sees https."""
    public = env.get("PUBLIC_URL", "").rstrip("/")
    more = [origin.strip().rstrip("/") for origin in env.get("ORIGINS", "").split(",") if origin.strip()]
    trusted = [host.strip() for host in env.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    scheme = "https" if env.get("TLS_CERT") else "http"
    if public:
        origins, hosts = [public, *more], [urlsplit(public).netloc, *trusted]
    else:
        names = [f"127.0.0.1:{port}", f"localhost:{port}"]
        origins, hosts = [*(f"{scheme}://{name}" for name in names), *more], [*names, *trusted]
    hosts += [urlsplit(origin).netloc for origin in more]
    return origins, [host.rsplit(":", 1)[0] for host in hosts], (public or f"{scheme}:").startswith("https")


def read(env: Mapping[str, str], root: Path) -> dict[str, Any]:
    """The settings for `create_app`. Raises ValueError for a value that cannot be read."""
    port = int(env.get("PORT", "8000"))
    data = Path(env.get("DATA_DIR", root / "var")).resolve()
    origins, hosts, https = _addresses(env, port)
    return {
        "PORT": port,
        "BIND": env.get("BIND", "127.0.0.1"),
        "WORKERS": int(env.get("WORKERS", "0")),  # 0: what suits the database
        "THREADS": int(env.get("THREADS", "0")),
        "DATA_DIR": str(data),
        "SQLALCHEMY_DATABASE_URI": _database(env.get("DATABASE_URL") or f"sqlite:///{data / 'tournee.db'}"),
        "EMBEDDED": not env.get("DATABASE_URL"),  # the demo world loads by itself only here
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
        "SECRET_KEY": env.get("SECRET_KEY") or _secret_key(data),
        "SECRET_KEY_FALLBACKS": [key for key in env.get("SECRET_KEY_FALLBACKS", "").split(",") if key],
        "PUBLIC_URL": env.get("PUBLIC_URL", "").rstrip("/"),
        "ORIGINS": frozenset(origins),
        "TRUSTED_HOSTS": hosts,
        "PROXIES": int(env.get("PROXIES", "0")),
        "TLS_CERT": env.get("TLS_CERT", ""),
        "TLS_KEY": env.get("TLS_KEY", ""),
        "ZONE": ZoneInfo(env.get("TIMEZONE") or "Europe/Paris"),
        "SERVICE_NAME": env.get("SERVICE_NAME", "Tournée"),
        "SESSION_COOKIE_NAME": "__Host-tournee" if https else "tournee",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "PHONE_SESSION": timedelta(days=int(env.get("PHONE_SESSION_DAYS", "30"))),
        "DESK_SESSION": timedelta(hours=int(env.get("DESK_SESSION_HOURS", "12"))),
        "DESK_IDLE_MINUTES": int(env.get("DESK_IDLE_MINUTES", "30")),
        "LATE_AFTER": timedelta(hours=int(env.get("LATE_ENTRY_HOURS", "24"))),
        "HELD_BYTES": int(env.get("HELD_MEGABYTES", "50")) * MEGA,
        "PACK_HOUR": int(env.get("PACK_HOUR", "4")),  # a pack is not shown after this hour two days on
        "WORKER": env.get("WORKER", "on") != "off",  # off: the kill switch for the service worker
        "ARGON2": {"time_cost": 2, "memory_cost": 19 * 1024, "parallelism": 1},
        "HASHES_AT_ONCE": int(env.get("HASHES_AT_ONCE", "2")),  # in one process; more wait a second, then hear 429
        # Brotli at 5 makes a pack a tenth smaller than zstd does, at the same pace.
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        # Flask refuses a text field above 500 kB and more than 1,000 parts by itself: a long checklist has more.
        "MAX_CONTENT_LENGTH": 16 * MEGA,
        "MAX_FORM_MEMORY_SIZE": 4 * MEGA,
        "MAX_FORM_PARTS": 5_000,
        "BABEL_DEFAULT_LOCALE": "fr",
        "BABEL_TRANSLATION_DIRECTORIES": str(root / "translations"),
    }
