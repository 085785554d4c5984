#!/bin/sh
# Run once by the database's container, in an empty database: who owns the store, and who only reads it.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v owner="$OWNER_PASSWORD" -v reader="$READER_PASSWORD" <<'SQL'
CREATE ROLE dateline LOGIN PASSWORD :'owner';
CREATE ROLE dateline_reader LOGIN PASSWORD :'reader';
CREATE DATABASE news OWNER dateline;
\connect news
CREATE EXTENSION postgis;
SQL
