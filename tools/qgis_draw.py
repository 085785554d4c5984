"""Run by the system's Python, which has QGIS: draw tiles of a service as QGIS does, to a PNG of 640 by 480 pixels.

Usage: python3 qgis_draw.py TILES OUT WEST SOUTH EAST NORTH [COLOURS [FILTER]], where TILES is an address with {z}, {x}
and {y}, or an MBTiles file. Vector tiles (.mvt, .mbtiles) of zones are filled by COLOURS, JSON of a colour by
controller; FILTER, an expression of QGIS, says which of them.
"""
import json
import sys
from urllib.parse import quote

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFillSymbol,
    QgsMapLayer,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorTileBasicRenderer,
    QgsVectorTileBasicRendererStyle,
    QgsVectorTileLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def pictures(tiles: str) -> QgsMapLayer:
    return QgsRasterLayer(f"type=xyz&zmin=0&zmax=12&url={quote(tiles, safe='')}", "tiles", "wms")


def vectors(tiles: str, colours: dict[str, str], wanted: str = "TRUE") -> QgsMapLayer:
    where = f"type=xyz&zmin=0&zmax=12&url={quote(tiles, safe='')}"
    layer = QgsVectorTileLayer(f"type=mbtiles&url={tiles}" if tiles.endswith(".mbtiles") else where, "tiles")
    styles = []
    for controller, colour in colours.items():
        style = QgsVectorTileBasicRendererStyle(controller, "zones", QgsWkbTypes.PolygonGeometry)
        style.setFilterExpression(f"\"controller\" = '{controller}' AND ({wanted})")
        style.setSymbol(QgsFillSymbol.createSimple({"color": colour, "outline_color": colour}))
        styles.append(style)
    renderer = QgsVectorTileBasicRenderer()
    renderer.setStyles(styles)
    layer.setRenderer(renderer)
    return layer


def draw(layer: QgsMapLayer, out: str, frame: list[float]) -> None:
    if not layer.isValid():
        sys.exit(f"QGIS refuses the layer: {layer.error().message()}")
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
address, picture, *edges = sys.argv[1:7]
is_vector = ".mvt" in address or address.endswith(".mbtiles")
shown = vectors(address, json.loads(sys.argv[7]), *sys.argv[8:]) if is_vector else pictures(address)
draw(shown, picture, [float(edge) for edge in edges])
application.exitQgis()
