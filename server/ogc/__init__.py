"""The OGC APIs at ``/ogc/``: Features (Parts 1 to 3) and Tiles of every collection, for GIS programs."""
from server.ogc import tiles
from server.ogc.views import bp

bp.register_blueprint(tiles.bp)

__all__ = ["bp"]
