"""Run by the system's Python, which has QGIS: open a project and draw what it shows on a day, to a PNG.

Usage: python3 qgis_project.py PROJECT OUT DAY WEST SOUTH EAST NORTH [LAYER...], a picture of 640 by 480 pixels of the
layers that are ticked, or of those named. Prints what QGIS made of the project, as JSON.
"""
import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDateTimeRange,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime, QSize, Qt


def told(layer: QgsVectorLayer) -> dict[str, object]:
    time = layer.temporalProperties()
    kinds = {field.name(): field.typeName() for field in layer.fields()}
    return {
        "valid": layer.isValid(), "provider": layer.providerType(), "renderer": layer.renderer().type(),
        "timed": time.isActive(), "start": time.startField(), "end": time.endField(), "kinds": kinds,
        "rules": [item.label() for item in layer.renderer().legendSymbolItems()],
    }


def draw(project: QgsProject, out: str, day: str, frame: list[float]) -> None:
    change = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), project.crs(), project)
    settings = QgsMapSettings()
    named = sys.argv[8:]
    shown = [node.layer() for node in project.layerTreeRoot().findLayers() if node.isVisible()]
    settings.setLayers([project.mapLayer(name) for name in named] if named else shown)
    settings.setDestinationCrs(project.crs())
    settings.setExtent(change.transformBoundingBox(QgsRectangle(*frame)))
    settings.setOutputSize(QSize(640, 480))
    settings.setBackgroundColor(project.backgroundColor())
    begun = QDateTime.fromString(f"{day}T00:00:00Z", Qt.ISODate)
    settings.setIsTemporal(True)
    settings.setTemporalRange(QgsDateTimeRange(begun, begun.addDays(1), True, False))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        sys.exit(f"QGIS cannot draw: {[error.message for error in job.errors()]}")
    job.renderedImage().save(out)


application = QgsApplication([], False)
application.initQgis()
path, picture, wanted, *edges = sys.argv[1:8]
opened = QgsProject.instance()
if not opened.read(path):
    sys.exit(f"QGIS refuses the project: {opened.error()}")
draw(opened, picture, wanted, [float(edge) for edge in edges])
span = opened.timeSettings().temporalRange()
print(json.dumps({
    "layers": {layer.id(): told(layer) for layer in opened.mapLayers().values()},
    "visible": [node.layerId() for node in opened.layerTreeRoot().findLayers() if node.isVisible()],
    "crs": opened.crs().authid(), "days": [span.begin().toString(Qt.ISODate), span.end().toString(Qt.ISODate)],
}))
application.exitQgis()
