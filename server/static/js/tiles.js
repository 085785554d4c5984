import { dayNumber, intersects, ogcInterval, spanAround } from "./days.js";
import { decodeTile } from "./mvt.js";
import { Timeline } from "./timeline.js";

const KEEP = 400; // decoded tiles in memory

/** The dated tiles of one collection: asked for whole spans of the calendar, as all clients ask, then kept. */
export class TileSource {
  #features = new Kept();
  #linger;
  #timelines = new Kept();
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

  /** The days that one request brings at a zoom; an end that is `null` is open. */
  windowAround(day, zoom) {
    const spans = this.description.windows ?? [];
    return spanAround(day, spans.find(({ minzoom, maxzoom }) => minzoom <= zoom && zoom <= maxzoom)?.window ?? "year");
  }

  /** A promise of the `Timeline` of one tile in one window (`null`: of all days), asked for once. */
  timeline(coords, days) {
    return this.#timelines.get(keyOf(coords, days), async () => {
      const asked = await Promise.all(this.#spans(coords, days).map((span) => this.#read(coords, span)));
      return new Timeline(unique(asked.flat()), this.#linger);
    });
  }

  /** What lingers into a window is in the one before. */
  #spans({ z }, days) {
    const isFirst = !this.#linger || (days?.[0] ?? null) === null;
    return isFirst ? [days] : [this.windowAround(days[0] - 1, z), days];
  }

  #read(coords, days) {
    return this.#features.get(keyOf(coords, days), async () => {
      if (days && !intersects(days, this.description.valid_days ?? [null, null])) return [];
      const bytes = await this.bytes(coords, days);
      return bytes ? Object.values(decodeTile(bytes)).flatMap(dated) : [];
    });
  }

  /** The bytes of a tile in one window, `null` when it is empty. */
  bytes(coords, days) {
    return download(this.#address(coords, days));
  }

  #address({ x, y, z }, days) {
    const query = (days?.[0] ?? null) === null ? [] : [`datetime=${ogcInterval(days)}`];
    if (this.#version) query.push(`v=${encodeURIComponent(this.#version)}`);
    return `${this.#url.replace("{z}", z).replace("{x}", x).replace("{y}", y)}?${query.join("&")}`;
  }
}

/** What names a tile in a window: all days are the same whether they are said or not. */
function keyOf({ x, y, z }, days) {
  return `${z}/${x}/${y} ${days ?? [null, null]}`;
}

/** The promises that were used last. What failed is forgotten, so that the next look asks again. */
class Kept {
  #known = new Map();

  get(key, make) {
    const wanted = this.#known.get(key) ?? make();
    this.#known.delete(key); // and in again at the end: what is used stays
    this.#known.set(key, wanted);
    if (this.#known.size > KEEP) this.#known.delete(this.#known.keys().next().value);
    wanted.catch(() => this.#known.get(key) === wanted && this.#known.delete(key));
    return wanted;
  }
}

/** What reaches over the end of a window is in the next one too, under the same number. */
function unique(features) {
  return [...new Map(features.map((feature) => [feature.id, feature])).values()];
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
