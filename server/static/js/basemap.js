import { GeoJSON, canvas } from "./leaflet.js";

/** Land, water and borders from this server's own files; colours follow the reader's light or dark theme. */
export class Basemap {
  #map;
  #url;
  #layers = [];
  #dark = window.matchMedia("(prefers-color-scheme: dark)");

  constructor(map, url) {
    this.#map = map;
    this.#url = url;
    for (const [name, level] of [["land", 150], ["water", 340], ["borders", 345]]) {
      Object.assign(map.createPane(name).style, { zIndex: level, pointerEvents: "none" });
    }
    this.#dark.addEventListener("change", () => this.#restyle());
  }

  /** Draws land first; the rest follows as it comes. */
  async load() {
    const [countries, ...rest] = ["countries", "lakes", "rivers", "admin1"].map((name) => this.#fetch(name));
    const land = await countries;
    this.#add(land, "land", (colours) => ({ stroke: false, fill: true, fillColor: colours.land, fillOpacity: 1 }));
    this.#add(land, "borders", (colours) => line(colours.border, 1.2, 0.9));
    const [lakes, rivers, provinces] = await Promise.all(rest);
    this.#add(lakes, "water", (colours) => ({ ...line(colours.river, 0.6), fill: true, fillColor: colours.water, fillOpacity: 1 }));
    this.#add(rivers, "water", (colours, { level }) => line(colours.river, level > 1 ? 0.8 : 1.5, 0.9));
    this.#add(provinces, "borders", (colours) => ({ ...line(colours.border, 0.7, 0.55), dashArray: "2 4" }));
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
  }

  #renderers = {};

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

function line(color, weight, opacity = 1) {
  return { stroke: true, fill: false, color, weight, opacity };
}
