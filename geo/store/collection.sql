-- One collection: its rows, its place in the GeoPackage, and two R*Trees that the store itself fills.
-- The first is the standard one, for GDAL and QGIS; the second has the day as third dimension.
CREATE TABLE "{table}" (
  fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  geom {geometry},
  {columns}
);
CREATE UNIQUE INDEX "{table}_current" ON "{table}" (id) WHERE known_to IS NULL;
CREATE INDEX "{table}_order" ON "{table}" (id, valid_from);
CREATE VIRTUAL TABLE "rtree_{table}_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE VIRTUAL TABLE "xyday_{table}" USING rtree(id, minx, maxx, miny, maxy, minday, maxday);
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
  VALUES ('{table}', 'features', '{table}', '{description}', 4326);
INSERT INTO gpkg_geometry_columns VALUES ('{table}', 'geom', '{geometry}', 4326, 0, 0);
INSERT INTO gpkg_extensions
  VALUES ('{table}', 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
