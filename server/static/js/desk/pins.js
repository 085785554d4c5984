import { DivIcon, Marker } from "../leaflet.js";
import { element } from "../dom.js";
import { say } from "../speech.js";

const CLOSE = 9;

/** The story's places on the map; the one that is looked at can be dragged, its candidates picked. */
export class Pins {
  #map;
  #marks = [];
  #pin = null;

  constructor(map) {
    this.#map = map;
  }

  show(items) {
    for (const mark of this.#marks) mark.remove();
    this.#marks = items.filter(({ kind, lat }) => kind === "mention" && lat !== null).map((item) => {
      const mark = new Marker([item.lat, item.lng], { icon: icon("story-mark"), title: item.name, alt: item.name });
      return mark.on("click", () => this.#map.fire("deskselect", { key: item.key })).addTo(this.#map);
    });
  }

  /** Looks at one: a pin to drag, and a mark for each other place that it may be. */
  look(item) {
    this.leave();
    const at = item.lat === null ? this.#map.getCenter() : [item.lat, item.lng];
    if (item.lat !== null) this.#map.setView(at, Math.max(this.#map.getZoom(), CLOSE - 1));
    if (item.kind !== "mention") return;
    const name = say("desk.dragIt", { text: item.text });
    const pin = new Marker(at, { icon: icon("desk-pin"), draggable: true, autoPan: true, title: name, alt: name, zIndexOffset: 500 });
    pin.on("drag dragend", () => this.#map.fire("deskdrag", pin.getLatLng().wrap()));
    const others = item.candidates.filter(({ place }) => place !== item.place).map((candidate) => {
      const mark = new Marker([candidate.lat, candidate.lng], {
        icon: icon("desk-candidate"), title: `${candidate.name}, ${candidate.country}`, alt: candidate.name });
      return mark.on("click", () => this.#map.fire("deskpick", { place: candidate.place }));
    });
    this.#pin = [pin, ...others].map((mark) => mark.addTo(this.#map));
  }

  leave() {
    for (const mark of this.#pin ?? []) mark.remove();
    this.#pin = null;
  }

  /** Puts the pin where it was written. */
  put(at) {
    this.#pin?.[0].setLatLng(at);
    this.#map.panInside(at, { padding: [40, 40] });
  }
}

function icon(className) {
  return new DivIcon({ className, html: element("span"), iconSize: [26, 26] });
}
