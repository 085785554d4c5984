"""Run by the system's Python, which has QGIS: open each layer of a GeoPackage and print what QGIS sees, as JSON.

Usage: python3 qgis_probe.py STORE LAYER...
"""
import json
import sys

from qgis.core import QgsApplication, QgsVectorLayer


def probe(path: str, name: str) -> dict[str, object]:
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    first = next(layer.getFeatures(), None)
    return {
        "valid": layer.isValid(), "count": layer.featureCount(), "crs": layer.crs().authid(),
        "fields": {field.name(): field.typeName() for field in layer.fields()},
        "renderer": layer.renderer().type(), "rules": [item.label() for item in layer.renderer().legendSymbolItems()],
        "start": layer.temporalProperties().startField(), "end": layer.temporalProperties().endField(),
        "geometry": first.geometry().asWkt(3)[:40] if first else None,
    }


def main() -> None:
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    path, *names = sys.argv[1:]
    print(json.dumps({name: probe(path, name) for name in names}))
    application.exitQgis()


main()
