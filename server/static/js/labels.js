import { DivIcon, Marker } from "./leaflet.js";
import { element } from "./dom.js";

const LOWEST = [[5, 4], [6, 3.5], [7, 3], [8, 2.6], [9, 2], [10, 1]]; // [from zoom, lowest rank shown]
const COUNTRIES_UNTIL = 8; // zoom from which a country's name says nothing new
const MARK = 13; // pixels that a mark of its own takes to each side

/** Names of places beside their dots, the more important first, none over another. */
export class PlaceLabels {
  #map;
  #source;
  #fixed;
  #shown = new Map();
  #pen = document.createElement("canvas").getContext("2d");
  #turn = 0;
  #local = {};

  /** `fixed`: promise of `{id, name, latlng, rank, kind}` that come with the page: countries, the story's own places. */
  constructor(map, source, fixed) {
    this.#map = map;
    this.#source = source;
    this.#fixed = fixed;
    const pane = map.createPane("labels");
    Object.assign(pane.style, { zIndex: 360, pointerEvents: "none" });
    pane.setAttribute("aria-hidden", "true"); // the tables and cards say the same in reading order
    map.on("moveend", () => this.#update());
    this.#update();
  }

  /** Names in the local script, by the place's id: from now on they stand before the others. */
  localNames(names) {
    this.#local = names;
    this.#update();
  }

  async #update() {
    const turn = (this.#turn += 1);
    const features = (await Promise.all([this.#fixed, this.#features()])).flat();
    if (turn !== this.#turn) return; // the map has moved on
    const wanted = this.#place(features);
    for (const [id, marker] of this.#shown) {
      if (!wanted.has(id)) marker.remove();
    }
    for (const [id, place] of wanted) {
      wanted.set(id, this.#shown.get(id) ?? label(place).addTo(this.#map));
    }
    this.#shown = wanted;
  }

  async #features() {
    const zoom = Math.min(Math.round(this.#map.getZoom()), this.#source.maxZoom); // a flight cut short ends in between
    const bounds = this.#map.getPixelBounds();
    const scale = 256 * 2 ** (this.#map.getZoom() - zoom);
    const [first, last] = [bounds.min.divideBy(scale).floor(), bounds.max.divideBy(scale).floor()];
    const tiles = [];
    for (let x = first.x; x <= last.x; x += 1) {
      for (let y = Math.max(0, first.y); y <= Math.min(2 ** zoom - 1, last.y); y += 1) tiles.push({ x, y, z: zoom });
    }
    const timelines = await Promise.allSettled(tiles.map((tile) => this.#read(tile)));
    return timelines.flatMap(({ value }) => value ?? []);
  }

  async #read(tile) {
    const across = 2 ** tile.z;
    const wrapped = { ...tile, x: ((tile.x % across) + across) % across };
    const { features } = await this.#source.timeline(wrapped, null);
    return features.map(({ properties, parts, extent }) => ({
      ...ranked(properties),
      latlng: this.#map.unproject([256 * (tile.x + parts[0][0] / extent), 256 * (tile.y + parts[0][1] / extent)], tile.z),
    }));
  }

  /** Which labels fit, by importance; a mark keeps its room even when its name finds none. */
  #place(features) {
    const inView = this.#wanted(features);
    const marked = inView.filter(({ kind }) => kind === "marked");
    const boxes = marked.map(({ at }) => [at.x - MARK, at.y - MARK, at.x + MARK, at.y + MARK]);
    const placed = new Map();
    for (const place of inView) {
      const box = this.#box(place);
      if (placed.has(place.id) || boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      placed.set(place.id, place);
    }
    return placed;
  }

  #wanted(features) {
    const zoom = this.#map.getZoom();
    const lowest = LOWEST.findLast(([from]) => from <= zoom)?.[1] ?? 5;
    const size = this.#map.getSize();
    return features
      .filter(({ rank, kind }) => rank >= lowest && !(kind === "country" && zoom >= COUNTRIES_UNTIL))
      .map((place) => (this.#local[place.id] ? { ...place, id: `${place.id} ·`, local: this.#local[place.id] } : place))
      .map((place) => ({ ...place, at: this.#map.latLngToContainerPoint(place.latlng) }))
      .filter(({ at }) => at.x >= 0 && at.y >= 0 && at.x <= size.x && at.y <= size.y)
      .sort((a, b) => b.rank - a.rank);
  }

  #box({ name, local, kind, at: { x, y } }) {
    this.#pen.font = kind === "town" ? "500 12.5px system-ui" : "650 14px system-ui";
    const width = this.#pen.measureText(spelt(local, name)).width * (kind === "country" ? 1.35 : 1);
    if (kind === "country") return [x - width / 2, y - 10, x + width / 2, y + 10];
    const before = kind === "marked" ? MARK + 0.5 : -5;
    return [x + before, y - 9, x + before + 12 + width, y + 9];
  }
}

/** Capitals above provinces' seats, then all else; among equals those with more inhabitants. */
function ranked(properties) {
  const { feature_code: code, population = 0 } = properties;
  const people = Math.log10(Math.max(population, 1));
  const areas = /^(ADM|PCL|RGN)/.test(code);
  const rank = { PPLC: 4.5, PPLA: 3 + people / 10 }[code] ?? Math.max(1, Math.min(3.5, people - 2.3));
  return { ...properties, rank: areas ? 0 : rank, kind: rank >= 3 ? "city" : "town" };
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** Both names; each keeps its direction, the line has that of the map. */
function spelt(local, name) {
  return local ? `\u2068${local}\u2069 · ${name}` : name;
}

function label({ name, local, latlng, kind }) {
  const html = element("span", { dir: local ? "ltr" : "auto" }, spelt(local, name));
  const icon = new DivIcon({ className: `place-label is-${kind}`, html, iconSize: null });
  return new Marker(latlng, { icon, pane: "labels", interactive: false, keyboard: false });
}
