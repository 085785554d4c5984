import { DivIcon, Marker } from "./leaflet.js";
import { element } from "./dom.js";

const RANKS = { PCLI: 5, PPLC: 4, PPLA: 3.4 };
const LOWEST = [[5, 5], [6, 3.4], [7, 3], [8, 2.2], [9, 1.6], [10, 1]]; // [zoom, lowest rank shown]
const PAD = 4;

/** Names of places beside their dots, the more important first, none over another. */
export class PlaceLabels {
  #map;
  #source;
  #shown = new Map();
  #pen = document.createElement("canvas").getContext("2d");
  #turn = 0;
  #marked;

  /** `marked`: `{place, name, at}` of what has a mark and a name of its own already: kept clear. */
  constructor(map, source, marked = []) {
    this.#map = map;
    this.#source = source;
    this.#marked = marked.filter(({ at }) => at);
    const pane = map.createPane("labels");
    Object.assign(pane.style, { zIndex: 360, pointerEvents: "none" });
    pane.setAttribute("aria-hidden", "true"); // the tables and cards say the same in reading order
    map.on("moveend", () => this.#update());
    this.#update();
  }

  async #update() {
    const turn = (this.#turn += 1);
    const features = await this.#features();
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
    const zoom = Math.min(this.#map.getZoom(), this.#source.maxZoom);
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
      ...properties,
      rank: rank(properties),
      latlng: this.#map.unproject([256 * (tile.x + parts[0][0] / extent), 256 * (tile.y + parts[0][1] / extent)], tile.z),
    }));
  }

  #place(features) {
    const zoom = this.#map.getZoom();
    const lowest = LOWEST.findLast(([from]) => from <= zoom)?.[1] ?? 5;
    const size = this.#map.getSize();
    const boxes = this.#marked.map((mark) => this.#box(mark, this.#map.latLngToContainerPoint(mark.at)));
    const ownNames = new Set(this.#marked.map(({ place }) => place));
    const wanted = new Map();
    for (const place of features.filter((each) => each.rank >= lowest).sort((a, b) => b.rank - a.rank)) {
      const at = this.#map.latLngToContainerPoint(place.latlng);
      const box = this.#box(place, at);
      if (wanted.has(place.id) || ownNames.has(place.id) || !size.contains([at.x, at.y]) || at.x < 0 || at.y < 0) continue;
      if (boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      wanted.set(place.id, place);
    }
    return wanted;
  }

  #box(place, { x, y }) {
    this.#pen.font = "600 13px system-ui";
    const width = this.#pen.measureText(place.name ?? "").width;
    return [x - PAD - 4, y - 9 - PAD, x + 8 + width + PAD, y + 9 + PAD];
  }
}

/** Countries above capitals above provinces' seats; then by inhabitants; then everything else alike. */
function rank({ feature_code: code, population }) {
  if (/^ADM/.test(code)) return 0;
  return RANKS[code] ?? Math.min(3.3, Math.max(1, Math.log10(Math.max(population ?? 0, 1)) - 2.4));
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function label({ name, latlng, rank: importance }) {
  const kind = importance === 5 ? "country" : importance >= 3 ? "city" : "town";
  const html = element("span", { dir: "auto" }, name);
  const icon = new DivIcon({ className: `place-label is-${kind}`, html, iconSize: null });
  return new Marker(latlng, { icon, pane: "labels", interactive: false, keyboard: false });
}
