"""Refuses writes that come from other sites, by the browser's own headers.

A page kept on a phone for weeks carries no token that could expire. (OWASP's CSRF sheet lists Fetch Metadata with
Origin as the fallback; this is stricter, since a request with neither is refused.)
"""

from flask import Response, abort, current_app, request

SAFE = ("GET", "HEAD", "OPTIONS")


def same_origin() -> None:
    """Before each request: an unsafe method passes only from our own pages, else 403."""
    if request.method in SAFE or request.endpoint == "ops.csp_report":
        return  # a browser sends policy reports without an origin; that view stores nothing
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        abort(403)
    if origin is not None and origin not in current_app.config["ORIGINS"]:
        abort(403)  # also catches a browser that claims same-origin for a re-sent foreign form
    if site is None and origin is None:
        abort(403)


CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; report-uri /csp-report"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A script, sheet or picture is no page: what matters for one is that it is taken for nothing else and runs nothing.
STATIC_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=63072000; includeSubDomains"


def protect(response: Response) -> Response:
    """After each request: the browser's own protections; nothing personal is stored unless a view said so."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.update(("Cookie", "HX-Request"))
    if request.method not in SAFE:
        response.vary.update(("Sec-Fetch-Site", "Origin"))
    return response
