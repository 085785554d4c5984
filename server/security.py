"""Headers and limits that hold for every answer."""
from __future__ import annotations

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from server import settings

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
READING = ("GET", "HEAD", "OPTIONS")
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link, Dateline-Days, Content-Crs"}
"""Reading needs no cookie and no token, so any page may do it."""
EDITING = ("/api/articles", "/api/corrections", "/api/reports", "/api/zones", "/desk")
"""The editors' routes, closed to the scripts of other pages."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask) -> None:
    """Size limits and trusted hosts by the settings; headers on every answer, errors included."""
    limit = int(app.config["MAX_REQUEST_KB"]) * 1024
    app.config["MAX_CONTENT_LENGTH"] = limit
    app.config["MAX_FORM_MEMORY_SIZE"] = limit
    app.config["MAX_FORM_PARTS"] = 100
    hosts = [host.strip() for host in str(app.config["TRUSTED_HOSTS"] or "").split(",") if host.strip()]
    app.config["TRUSTED_HOSTS"] = hosts or None
    app.after_request(_guard)


def trust_proxies(app: Flask) -> None:
    """Outermost: all within sees the address as readers know it."""
    proxies = int(app.config["PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )


def of_every_answer() -> dict[str, str]:
    """The headers of all that must not be framed."""
    return {"Content-Security-Policy": POLICY.format(ancestors="'none'"), **HEADERS, "X-Frame-Options": "DENY"}


def _ancestors() -> str:
    """Those of the settings, and our own page that shows a frame before it is pasted."""
    configured = str(current_app.config["FRAME_ANCESTORS"])
    return configured if configured in ("*", "'none'") else f"'self' {configured}"


def _guard(response: Response) -> Response:
    """No view sets any of these, so they are added, which is cheaper than to look for them first."""
    path, method, headers = request.path, request.method, response.headers
    if path.startswith("/embed/") and path != "/embed/":  # that is the page which makes the code
        headers.extend([("Content-Security-Policy", POLICY.format(ancestors=_ancestors())), *HEADERS.items()])
    else:
        headers.extend(_EVERY)
        host = settings.backdrop_host(str(current_app.config["BACKDROP"]))
        if host and response.mimetype == "text/html":  # only pages may ask another host, and only where it is set
            policy = headers["Content-Security-Policy"].replace("img-src 'self'", f"img-src 'self' {host}")
            headers["Content-Security-Policy"] = policy
    if path in EDITING or path.startswith(_BELOW_EDITING):
        return response
    if method in READING:
        headers.extend(_OPEN)
    if method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = ", ".join(READING)
        headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match, Range"
        headers["Access-Control-Max-Age"] = "86400"
    return response


_EVERY, _OPEN = list(of_every_answer().items()), list(OPEN.items())
_BELOW_EDITING = tuple(f"{route}/" for route in EDITING)
