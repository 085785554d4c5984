import { GeoJSON, canvas } from "./leaflet.js";
import { darkness } from "./theme.js";

/** Land, water and borders from this server's own files; colours follow the reader's light or dark theme. */
export class Basemap {
  #map;
  #url;
  #layers = [];
  #renderers = {};

  constructor(map, url) {
    this.#map = map;
    this.#url = url;
    for (const [name, level] of [["land", 150], ["lines", 340]]) {
      Object.assign(map.createPane(name).style, { zIndex: level, pointerEvents: "none" });
    }
    darkness.addEventListener("change", () => this.#restyle());
  }

  /** Draws land first; the rest follows as it comes. The answer: names of countries, for `PlaceLabels`. */
  async load() {
    const countries = await this.#fetch("countries");
    this.#loadRest(countries);
    return countries.features.map(countryName);
  }

  async #loadRest(land) {
    this.#add(land, "land", (colours) => ({ stroke: false, fill: true, fillColor: colours.land, fillOpacity: 1 }));
    const borders = this.#add(land, "lines", (colours) => line(colours.border, 1.2, 0.9));
    await idle(); // the zones come first
    const [lakes, rivers, provinces] = await Promise.all(["lakes", "rivers", "admin1"].map((name) => this.#fetch(name)));
    this.#add(lakes, "lines", (colours) => ({ ...line(colours.river, 0.6), fill: true, fillColor: colours.water, fillOpacity: 1 }));
    this.#add(rivers, "lines", (colours, { level }) => line(colours.river, level > 1 ? 0.8 : 1.5, 0.9));
    this.#add(provinces, "lines", (colours) => ({ ...line(colours.border, 0.7, 0.55), dashArray: "2 4" }));
    borders.bringToFront(); // a border may lie in a river
  }

  async #fetch(name) {
    const response = await fetch(this.#url.replace("{name}", name));
    return response.ok ? response.json() : { type: "FeatureCollection", features: [] };
  }

  #add(data, pane, style) {
    const renderer = this.#renderer(pane);
    const paint = ({ properties }) => style(this.#colours(), properties);
    const layer = new GeoJSON(data, { pane, renderer, interactive: false, style: paint }).addTo(this.#map);
    this.#layers.push({ layer, paint });
    return layer;
  }

  #renderer(pane) {
    this.#renderers[pane] ??= canvas({ pane, padding: 0.3 });
    return this.#renderers[pane];
  }

  #restyle() {
    for (const { layer, paint } of this.#layers) layer.setStyle(paint);
  }

  /** The style sheet owns the colours. */
  #colours() {
    const values = getComputedStyle(this.#map.getContainer());
    const read = (name) => values.getPropertyValue(`--map-${name}`).trim();
    return { land: read("land"), water: read("water"), river: read("river"), border: read("border") };
  }
}

function idle() {
  return new Promise((done) => (window.requestIdleCallback ? window.requestIdleCallback(done, { timeout: 500 }) : done()));
}

/** A country's name in the middle of its largest part. */
function countryName({ properties, geometry }) {
  const rings = (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map(([outer]) => middle(outer));
  const largest = rings.reduce((a, b) => (b.area > a.area ? b : a));
  const { name, iso_a2: code } = properties;
  return { id: `country:${code}`, name, kind: "country", rank: 4 + Math.min(0.9, largest.area / 100), latlng: largest.at };
}

/** Area in square degrees and centroid of a ring, by the shoelace formula. */
function middle(ring) {
  let [area, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[i + 1]];
    const cross = x1 * y2 - x2 * y1;
    area += cross / 2;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  }
  return { area: Math.abs(area), at: [y / (6 * area), x / (6 * area)] };
}

function line(color, weight, opacity = 1) {
  return { stroke: true, fill: false, color, weight, opacity };
}
