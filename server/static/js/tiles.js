import { intersects, ogcInterval, yearAround } from "./days.js";
import { decodeTile } from "./mvt.js";
import { Timeline } from "./timeline.js";

const KEEP = 400; // decoded tiles in memory

/** The dated tiles of one collection: asked once for a whole calendar year, then kept. */
export class TileSource {
  #cache = new Map();
  #linger;
  #url;

  /** `description` is the collection's TileJSON; `linger` as in `Timeline`. */
  constructor(description, { url, linger = 0 }) {
    this.#url = url;
    this.#linger = linger;
    this.description = description;
    this.maxZoom = description.maxzoom ?? 14;
  }

  /** The days that one request brings. */
  windowAround(day) {
    return yearAround(day);
  }

  /** A promise of the `Timeline` of one tile in one window (`null`: of what has no date), asked for once. */
  timeline(coords, days) {
    const url = this.#address(coords, days);
    const known = this.#cache.get(url);
    this.#cache.delete(url); // and in again at the end: what is used stays
    const wanted = known ?? this.#fetch(url, days);
    this.#cache.set(url, wanted);
    if (this.#cache.size > KEEP) this.#cache.delete(this.#cache.keys().next().value);
    return wanted;
  }

  async #fetch(url, days) {
    if (days && !intersects(days, this.#validDays())) return new Timeline([]);
    try {
      return this.#read(await download(url));
    } catch (error) {
      this.#cache.delete(url); // so that the next look asks again
      throw error;
    }
  }

  #validDays() {
    const [from, to] = this.description.valid_days ?? [null, null];
    return [from, to === null ? null : to + this.#linger];
  }

  #read(bytes) {
    const layers = bytes ? Object.values(decodeTile(bytes)) : [];
    return new Timeline(layers.flatMap(dated), this.#linger);
  }

  #address({ x, y, z }, days) {
    const url = this.#url.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    return days ? `${url}?datetime=${ogcInterval([days[0] - this.#linger, days[1]])}` : url;
  }
}

/** The bytes of a tile, `null` when it is empty. */
async function download(url) {
  const response = await fetch(url);
  if (response.status === 204 || response.status === 404) return null;
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function dated({ features, extent }) {
  return features.map((feature) => ({
    ...feature,
    extent,
    from: feature.properties.from ?? -Infinity,
    to: feature.properties.to ?? Infinity,
    shape: null,
  }));
}
