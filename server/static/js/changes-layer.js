import { GeoJSON, canvas } from "./leaflet.js";

const PANE = "changes";

/** A side of `/api/changes` as `Style` wants it: two that contest ground together are "A / B". */
export function asZone(side) {
  const [controller, other] = (side ?? "").split(" / ");
  return other ? { controller, controller_b: other, status: "contested" } : { controller: controller || null };
}

/** Ground that changed hands: filled as who holds it now, edged by dashes of who held it before. */
export class ChangesLayer {
  #map;
  #style;
  #renderer = canvas({ pane: PANE, padding: 0.3 });
  #pen = document.createElement("canvas").getContext("2d");
  #features = [];
  #layers = [];

  constructor(map, style) {
    this.#map = map;
    this.#style = style;
    Object.assign(map.createPane(PANE).style, { zIndex: 330, pointerEvents: "none" });
    style.onTheme(() => this.show(this.#features));
  }

  show(features) {
    this.clear();
    this.#features = features;
    this.#layers = [({ after }) => this.#now(after), ({ before }) => this.#before(before)].map((paint) => (
      new GeoJSON(features, {
        pane: PANE, renderer: this.#renderer, interactive: false, style: ({ properties }) => paint(properties),
      }).addTo(this.#map)));
  }

  clear() {
    for (const layer of this.#layers) layer.remove();
    this.#features = this.#layers = [];
  }

  #now(side) {
    if (side === null) return { stroke: false, fill: false };
    const zone = asZone(side);
    const fillColor = this.#style.fill(this.#pen, zone);
    return { color: this.#style.edge(zone.controller), weight: 2.5, fill: true, fillColor, fillOpacity: 1 };
  }

  #before(side) {
    if (side === null) return { stroke: false, fill: false };
    const color = this.#style.edge(asZone(side).controller);
    return { color, weight: 2.5, dashArray: "5 6", lineCap: "butt", fill: false };
  }
}
