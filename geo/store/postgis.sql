-- Dateline's own table, and what conditions need that PostgreSQL cannot do itself.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE dateline_meta (key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE dateline_records (
  fid BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (kind, id)
);
CREATE INDEX dateline_records_about ON dateline_records (kind, about);
-- A text without its case or its accents, as geo.conditions.folded says; the letters are filled in from Python's tables.
CREATE FUNCTION dateline_folded(given TEXT, how TEXT) RETURNS TEXT LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $fold$
DECLARE found TEXT := given;
BEGIN
  IF how = 'case' THEN
    IF found ~ {long_letters} THEN
      found := {long_folds};
    END IF;
    RETURN translate(found, {letters}, {folds});
  END IF;
  RETURN regexp_replace(normalize(found, NFKD), {marks}, '', 'g');
END $fold$;
-- A relation of two geometries; null where they cannot be compared for a fault in their ground.
CREATE FUNCTION dateline_related(relation TEXT, a GEOMETRY, b GEOMETRY) RETURNS BOOLEAN LANGUAGE plpgsql IMMUTABLE STRICT
PARALLEL SAFE AS $related$
BEGIN
  RETURN CASE relation
    WHEN 'intersects' THEN ST_Intersects(a, b) WHEN 'disjoint' THEN ST_Disjoint(a, b)
    WHEN 'equals' THEN ST_Equals(a, b) WHEN 'touches' THEN ST_Touches(a, b) WHEN 'within' THEN ST_Within(a, b)
    WHEN 'overlaps' THEN ST_Overlaps(a, b) WHEN 'crosses' THEN ST_Crosses(a, b)
    WHEN 'contains' THEN ST_Contains(a, b) END;
EXCEPTION WHEN internal_error THEN RETURN NULL;
END $related$;
CREATE FUNCTION dateline_related(relation TEXT, a GEOMETRY, b BYTEA) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE STRICT
PARALLEL SAFE AS $related$ SELECT dateline_related(relation, a, ST_GeomFromWKB(b, 4326)) $related$;
CREATE FUNCTION dateline_related(relation TEXT, a BYTEA, b GEOMETRY) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE STRICT
PARALLEL SAFE AS $related$ SELECT dateline_related(relation, ST_GeomFromWKB(a, 4326), b) $related$;
CREATE FUNCTION dateline_related(relation TEXT, a BYTEA, b BYTEA) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE STRICT
PARALLEL SAFE AS $related$ SELECT dateline_related(relation, ST_GeomFromWKB(a, 4326), ST_GeomFromWKB(b, 4326)) $related$;
