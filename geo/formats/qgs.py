"""A QGIS project of a service: every collection as a layer of its OGC API, drawn as on the map, with its days.

Vector tiles would be lighter, but QGIS gives them no time; a layer of OGC API – Features asks for what is in view, and
the temporal controller picks its day among that.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from geo.formats import qml
from geo.formats.imprint import Imprint, about
from geo.model import BBox
from geo.schema import COLLECTIONS, Collection

ORDER = ("events", "mentions", "articles", "reports", "places", "fronts", "zones")
"""From the top down."""
SHOWN = frozenset({"events", "mentions", "fronts", "zones"})
GEOMETRY = {"fill": "Polygon", "line": "Line", "marker": "Point"}
PAPER = (251, 249, 244)
ANIMATED, DAYS = 1, 4
"""Numbers of QGIS for the mode of its temporal controller, and for its step."""
_WGS84 = "<spatialrefsys><srsid>3452</srsid><authid>EPSG:4326</authid></spatialrefsys>"
_MERCATOR = "<spatialrefsys><srsid>3857</srsid><authid>EPSG:3857</authid></spatialrefsys>"
"""QGIS looks at the second number only where it finds its own first."""


@dataclass(frozen=True)
class Scene:
    """What the project opens with: the OGC API's address, the frame, the first and the last day, both counted in."""

    api: str
    frame: BBox
    first: date
    last: date


def project(scene: Scene, imprint: Imprint) -> str:
    """The text of a ``.qgs`` file of QGIS 3.22, which newer ones open too."""
    layers = [COLLECTIONS[name] for name in ORDER]
    return "".join((
        f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis projectname=\"Dateline\" "
        f"version=\"{qml.VERSION}\"><title>Dateline</title>",
        f"<projectCrs>{_MERCATOR}</projectCrs>",
        f"<layer-tree-group>{''.join(_leaf(each, scene) for each in layers)}</layer-tree-group>",
        f"<projectlayers>{''.join(_layer(each, scene, imprint) for each in layers)}</projectlayers>",
        f"<layerorder>{''.join(f'<layer id={quoteattr(layer_id(each))}/>' for each in layers)}</layerorder>",
        f"<properties>{_controller(scene)}{_paper()}{_properties('SpatialRefSys', [('ProjectionsEnabled', 'int', 1)])}"
        "</properties>",
        f"<ProjectViewSettings UseProjectScales=\"0\" rotation=\"0\">{_extent('DefaultViewExtent', scene.frame)}"
        "</ProjectViewSettings>",
        '<ProjectTimeSettings timeStep="1" timeStepUnit="d" frameRate="4" cumulativeTemporalRange="0">'
        f"<TemporalRange><start>{_moment(scene.first)}</start><end>{_moment(scene.last)}</end></TemporalRange>"
        "</ProjectTimeSettings></qgis>\n",
    ))


def layer_id(collection: Collection) -> str:
    """QGIS gives a name of its own to what has one of ten letters or fewer."""
    return f"dateline_{collection.name}"


def source(scene: Scene, collection: Collection) -> str:
    """How QGIS names the layer's data."""
    return f"url='{scene.api}' typename='{collection.name}' restrictToRequestBBOX=1 srsname='OGC:CRS84'"


def _leaf(collection: Collection, scene: Scene) -> str:
    checked = "Checked" if collection.name in SHOWN else "Unchecked"
    return (
        f'<layer-tree-layer id={quoteattr(layer_id(collection))} name={quoteattr(collection.title)} '
        f'providerKey="OAPIF" source={quoteattr(source(scene, collection))} checked="Qt::{checked}" expanded="0"/>'
    )


def _layer(collection: Collection, scene: Scene, imprint: Imprint) -> str:
    kind = GEOMETRY[qml.DRAWN[collection.geometry]]
    return (
        f'<maplayer type="vector" geometry="{kind}" styleCategories="AllStyleCategories" simplifyDrawingHints="0">'
        f"<id>{layer_id(collection)}</id><datasource>{escape(source(scene, collection))}</datasource>"
        f"<layername>{escape(collection.title)}</layername><srs>{_WGS84}</srs>"
        f"<resourceMetadata><title>{escape(collection.title)}</title><abstract>{escape(about(collection, imprint))}"
        f"</abstract></resourceMetadata><provider encoding=\"UTF-8\">OAPIF</provider>"
        f"{qml.body(collection, imprint.styles)}<layerOpacity>1</layerOpacity></maplayer>"
    )


def _controller(scene: Scene) -> str:
    """What QGIS's window reads its temporal controller from."""
    return _properties("TemporalControllerWidget", (
        ("StartDateTime", "QString", _moment(scene.first)), ("EndDateTime", "QString", _moment(scene.last)),
        ("NavigationMode", "int", ANIMATED), ("TimeStepUnit", "int", DAYS), ("TimeStep", "double", 1)))


def _paper() -> str:
    red, green, blue = PAPER
    return _properties("Gui", (
        ("CanvasColorRedPart", "int", red), ("CanvasColorGreenPart", "int", green),
        ("CanvasColorBluePart", "int", blue)))


def _properties(scope: str, entries: Iterable[tuple[str, str, object]]) -> str:
    listed = "".join(f'<{name} type="{kind}">{value}</{name}>' for name, kind, value in entries)
    return f"<{scope}>{listed}</{scope}>"


def _extent(tag: str, frame: BBox) -> str:
    west, south, east, north = frame
    return f'<{tag} xmin="{west}" ymin="{south}" xmax="{east}" ymax="{north}">{_WGS84}</{tag}>'


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"
