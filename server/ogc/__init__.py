"""OGC API – Features, Part 1: Core 1.0.1 (OGC 17-069r4) at ``/ogc/``: every collection for GIS programs."""
from server.ogc.views import bp

__all__ = ["bp"]
