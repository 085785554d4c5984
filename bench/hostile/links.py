"""T5: files that want another file, or an address, to be opened."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.hostile.kinds import Hostile, Lure, collection, square
from bench.hostile.zips import packed, shapefile


def files(lure: Lure) -> Iterator[Hostile]:
    for name, text in _documents(str(lure.path), lure.address).items():
        yield Hostile(name, "T5", text.encode())
    for name, crs in _systems(str(lure.path), lure.address).items():
        yield Hostile(f"crs_{name}", "T5", collection(square(), crs=crs))
    for name, text in _projections(str(lure.path)).items():
        yield Hostile(f"prj_{name}", "T5", shapefile(prj=text.encode()))
    vrt = _documents(str(lure.path), lure.address)["vrt_csv"].encode()
    yield Hostile("zip_vrt_alone", "T5", packed({"fronts.vrt": vrt}))
    yield Hostile("zip_vrt_as_shp", "T5", packed({"a.shp": vrt, "a.shx": vrt, "a.dbf": vrt}))
    yield Hostile("zip_vrt_as_kml", "T5", packed({"doc.kml": vrt}))


def _documents(path: str, address: str) -> dict[str, str]:
    layer = '<OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>'
    return {
        "vrt_csv": f"<OGRVRTDataSource>{layer.format(path)}</OGRVRTDataSource>",
        "vrt_relative": "<OGRVRTDataSource>" + layer.format("../../../etc/passwd") + "</OGRVRTDataSource>",
        "vrt_network": f"<OGRVRTDataSource>{layer.format('/vsicurl/' + address)}</OGRVRTDataSource>",
        "vrt_zip": f"<OGRVRTDataSource>{layer.format('/vsizip/' + path)}</OGRVRTDataSource>",
        "vrt_sql": f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{path}</SrcDataSource>'
        "<SrcSQL>SELECT load_extension('x')</SrcSQL></OGRVRTLayer></OGRVRTDataSource>",
        "vrt_bom": f"\ufeff<OGRVRTDataSource>{layer.format(path)}</OGRVRTDataSource>",
        "vrt_in_kml": f'<kml xmlns="http://www.opengis.net/kml/2.2">{layer.format(path)}</kml>',
        "raster_vrt": f'<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource><SourceFilename>{path}'
        "</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "wfs": f"<OGRWFSDataSource><URL>{address}</URL></OGRWFSDataSource>",
        "wms": f"<GDAL_WMS><ServerUrl>{address}</ServerUrl></GDAL_WMS>",
        "oapif": f"OAPIF:{address}",
        "wfs_prefix": f"WFS:{address}",
        "vsicurl": f"/vsicurl/{address}",
        "path": path,
        "csw": f"<OGRCSWDataSource><URL>{address}</URL></OGRCSWDataSource>",
        "gml_schema": '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/'
        f'XMLSchema-instance" xsi:schemaLocation="http://x {address}"/>',
        "kml_link_alone": f'<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>{address}</href></Link>'
        "</NetworkLink></kml>",
        "kml_file_link": f'<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Url><href>file://{path}</href></Url>'
        "</NetworkLink></kml>",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}"/></svg>',
        "html": f'<!doctype html><img src="{address}"><iframe src="file://{path}"></iframe>',
        "gdalg": json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {path}"}),
        "topojson_link": json.dumps({"type": "Topology", "href": address}),
        "esri_service": json.dumps({"serviceUrl": address, "currentVersion": 10.8}),
        "stac": json.dumps({"type": "Catalog", "links": [{"href": address, "rel": "item"}]}),
        "tilejson": json.dumps({"tilejson": "3.0.0", "tiles": [address]}),
        "pgdump": f"COPY zones FROM '{path}';",
        "mapinfo": f'!table\n!version 300\nDefinition Table\n  File "{path}"\n',
    }


def _systems(path: str, address: str) -> dict[str, object]:
    def by_name(name: str) -> dict[str, object]:
        return {"type": "name", "properties": {"name": name}}

    return {
        "link": {"type": "link", "properties": {"href": address}},
        "link_to_file": {"type": "link", "properties": {"href": f"file://{path}", "type": "proj4"}},
        "grid": by_name(f"+proj=longlat +nadgrids=@{path} +type=crs"),
        "grid_bare": by_name(f"+proj=longlat +nadgrids={path}"),
        "init": by_name(f"+init={path}:4326"),
        "init_colon": by_name(f"{path}:4326"),
        "address": by_name(address),
        "vertical_grid": by_name(f"+proj=longlat +geoidgrids={path} +type=crs"),
        "file_name": by_name(path),
        "pipeline": by_name(f"+proj=pipeline +step +proj=hgridshift +grids={path}"),
        "unknown": by_name("EPSG:99999999"),
        "empty": by_name(""),
        "a_list": [1],
        "text": "EPSG:4326",
        "a_number": {"type": "EPSG", "properties": {"code": 4326}},
        "projjson": by_name(json.dumps({"type": "BoundCRS", "transformation": {"parameters": [{"value": path}]}})),
    }


def _projections(path: str) -> dict[str, str]:
    geographic = (
        'GEOGCS["x",DATUM["x",SPHEROID["x",6378137,298.257223563]{}],PRIMEM["Greenwich",0],UNIT["degree",'
        "0.0174532925199433]{}]"
    )
    return {
        "extension_grid": geographic.format("", f',EXTENSION["PROJ4","+proj=longlat +nadgrids={path} +no_defs"]'),
        "datum_grid": geographic.format(f',EXTENSION["PROJ4_GRIDS","{path}"]', ""),
        "is_a_pipeline": f"+proj=pipeline +step +proj=hgridshift +grids={path}",
    }
