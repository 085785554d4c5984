import { TileSource } from "./tiles.js";
import { Archive } from "./pmtiles.js";

const ALL = [null, null];

/** The dated tiles of a collection out of an archive on any web host, by the spans of days into which it is cut. */
export class ArchiveSource extends TileSource {
  #archive;

  /** `archive` is open; the rest as in `TileSource`. */
  constructor(description, archive, options) {
    super(description, { ...options, url: "" });
    this.#archive = archive;
  }

  /** A source, once the archive at an address is open. */
  static async open(description, url, options) {
    return new ArchiveSource(description, await new Archive(url).open(), options);
  }

  windowAround(day, zoom) {
    return this.#spans(zoom).find(({ days: [, end] }) => day < (end ?? Infinity)).days;
  }

  bytes(coords, days) {
    const wanted = this.#spans(coords.z).find((span) => String(span.days) === String(days ?? ALL));
    return wanted?.number === undefined ? this.#archive.tile(coords) : this.#archive.tileOfSpan(wanted.number, coords);
  }

  /** One of all days where a zoom is not cut; only the others have numbers. */
  #spans(zoom) {
    const { windows } = this.#archive.metadata;
    const cut = windows.find(({ minzoom, maxzoom }) => minzoom <= zoom && zoom <= maxzoom);
    if (!cut?.starts || !this.#archive.hasSpans) return [{ days: ALL }];
    return [null, ...cut.starts].map((start, place) => (
      { number: cut.first + place, days: [start, cut.starts[place] ?? null] }));
  }
}
