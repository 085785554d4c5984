-- One collection: its rows; an index of ground and days, one of what is believed now, one for reading in order.
CREATE TABLE "{table}" (
  fid BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  geom GEOMETRY({geometry}, 4326),
  {columns},
  valid DATERANGE GENERATED ALWAYS AS (daterange(valid_from, valid_to)) STORED
);
COMMENT ON TABLE "{table}" IS '{description}';
CREATE UNIQUE INDEX "{table}_current" ON "{table}" (id) WHERE known_to IS NULL;
CREATE INDEX "{table}_order" ON "{table}" (id, valid_from NULLS FIRST, fid);
CREATE INDEX "{table}_xyday" ON "{table}" USING gist (geom, valid);
