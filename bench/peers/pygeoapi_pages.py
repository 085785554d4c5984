"""Pages of mentions from pygeoapi, for ``bench.mentions``: run by a Python that has pygeoapi, prints JSON.

Arguments: the GeoPackage, rows of a page, the last page, repeats.
"""
from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

CONFIG = """
server: {bind: {host: 127.0.0.1, port: 5000}, url: "http://localhost:5000", mimetype: application/json,
  encoding: utf-8, language: en-US, limits: {default_items: 100, max_items: 10000, on_exceed: throttle},
  map: {url: "http://localhost/{z}/{x}/{y}", attribution: none}}
logging: {level: ERROR}
metadata:
  identification: {title: bench, description: bench, keywords: [bench], keywords_type: theme,
    terms_of_service: none, url: "http://localhost"}
  license: {name: none, url: "http://localhost"}
  provider: {name: bench, url: "http://localhost"}
  contact: {name: bench, email: bench@localhost, url: "http://localhost"}
resources:
  mentions:
    type: collection
    title: mentions
    description: mentions
    keywords: [mentions]
    links: []
    extents: {spatial: {bbox: [-180, -90, 180, 90], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    providers:
      - {type: feature, name: SQLiteGPKG, data: STORE, id_field: fid, table: mentions}
"""


def main() -> None:
    store, page, last, repeats = sys.argv[1], *map(int, sys.argv[2:])
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        config.write_text(CONFIG.replace("STORE", str(Path(store).absolute())))
        openapi = Path(folder) / "openapi.json"
        os.environ |= {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
        from pygeoapi.openapi import get_oas  # noqa: PLC0415  reads the environment
        from pygeoapi.util import yaml_load  # noqa: PLC0415

        with config.open() as file:
            openapi.write_text(json.dumps(get_oas(yaml_load(file)), default=str))
        from pygeoapi.flask_app import APP  # noqa: PLC0415

        client, found = APP.test_client(), {}
        for what, number in (("first page", 0), (f"page {last}", last - 1)):
            spent = []
            for _ in range(repeats):
                begun = time.process_time()
                answer = client.get(f"/collections/mentions/items?f=json&limit={page}&offset={number * page}")
                spent.append(1000 * (time.process_time() - begun))
                told = answer.get_json(force=True)
                assert len(told["features"]) == page, answer.get_data(as_text=True)[:300]
            found[what] = median(spent)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
