import { dayNumber, intersects, ogcInterval, yearAround } from "./days.js";
import { decodeTile } from "./mvt.js";
import { Timeline } from "./timeline.js";

const KEEP = 400; // decoded tiles in memory

/** The dated tiles of one collection: asked once for a whole calendar year, then kept. */
export class TileSource {
  #cache = new Map();
  #linger;
  #url;
  #version; // of the store: an address that carries it may be kept for ever

  /** `description` is the collection's TileJSON; `linger` as in `Timeline`; beyond zoom `deepest` tiles are enlarged. */
  constructor(description, { url, linger = 0, deepest = Infinity }) {
    this.#url = url;
    this.#linger = linger;
    this.#version = new URL(description.tiles[0], window.location.href).searchParams.get("v");
    this.description = description;
    this.maxZoom = Math.min(description.maxzoom ?? 14, deepest);
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
    const query = days ? [`datetime=${ogcInterval([days[0] - this.#linger, days[1]])}`] : [];
    if (this.#version) query.push(`v=${encodeURIComponent(this.#version)}`);
    return `${this.#url.replace("{z}", z).replace("{x}", x).replace("{y}", y)}?${query.join("&")}`;
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
  return features.map((feature) => {
    const { from = -Infinity, to = Infinity, certain_from: first, certain_to: end } = feature.properties;
    const certain = [dayNumber(first) ?? from, dayNumber(end) ?? to]; // told only where it differs
    return { ...feature, extent, from, to, certain, shape: null };
  });
}
