"""Headers and limits that hold for every answer."""
from __future__ import annotations

from flask import Flask, Response, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
READING = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask) -> None:
    """Size limits, trusted hosts and proxies by the settings; headers on every answer, errors included."""
    limit = int(app.config["MAX_REQUEST_KB"]) * 1024
    app.config["MAX_CONTENT_LENGTH"] = limit
    app.config["MAX_FORM_MEMORY_SIZE"] = limit
    app.config["MAX_FORM_PARTS"] = 100
    hosts = [host.strip() for host in str(app.config["TRUSTED_HOSTS"] or "").split(",") if host.strip()]
    app.config["TRUSTED_HOSTS"] = hosts or None
    proxies = int(app.config["PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    app.after_request(_guard)


def _guard(response: Response) -> Response:
    embedded = request.path == "/embed" or request.path.startswith("/embed/")
    ancestors = current_app.config["FRAME_ANCESTORS"] if embedded else "'none'"
    response.headers["Content-Security-Policy"] = POLICY.format(ancestors=ancestors)
    response.headers.update(HEADERS)
    if not embedded:
        response.headers["X-Frame-Options"] = "DENY"
    if request.method in READING:
        _open_to_other_origins(response)
    return response


def _open_to_other_origins(response: Response) -> None:
    """Reading needs no cookie and no token, so any page may do it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(READING)
        response.headers["Access-Control-Allow-Headers"] = "Accept, If-None-Match, Range"
        response.headers["Access-Control-Max-Age"] = "86400"
