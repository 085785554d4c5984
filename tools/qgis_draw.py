"""Run by the system's Python, which has QGIS: draw XYZ tiles of a service as QGIS does, to a PNG.

Usage: python3 qgis_draw.py TILES OUT WEST SOUTH EAST NORTH, where TILES is an address with {z}, {x} and {y}.
"""
import sys
from urllib.parse import quote

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def draw(tiles: str, out: str, frame: list[float]) -> None:
    layer = QgsRasterLayer(f"type=xyz&zmin=0&zmax=12&url={quote(tiles, safe='')}", "tiles", "wms")
    if not layer.isValid():
        sys.exit(f"QGIS refuses {tiles}: {layer.error().message()}")
    plane = QgsCoordinateReferenceSystem("EPSG:3857")
    change = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), plane, QgsProject.instance())
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(plane)
    settings.setExtent(change.transformBoundingBox(QgsRectangle(*frame)))
    settings.setOutputSize(QSize(640, 480))
    settings.setBackgroundColor(QColor(255, 255, 255))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(out)


application = QgsApplication([], False)
application.initQgis()
draw(sys.argv[1], sys.argv[2], [float(edge) for edge in sys.argv[3:7]])
application.exitQgis()
