import { isoDay } from "./days.js";

/** A link to the data in view: it follows the day and the frame of the map. */
export class Download {
  #map;
  #link;
  #day = null;

  constructor(map, link) {
    this.#map = map;
    this.#link = link;
    map.on("moveend", () => this.#update());
    map.on("daychange", ({ day }) => {
      this.#day = day;
      this.#update();
    });
  }

  #update() {
    if (this.#day === null) return;
    const bounds = this.#map.getBounds();
    const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const query = new URLSearchParams({ datetime: isoDay(this.#day), bbox: bbox.map((each) => each.toFixed(3)).join() });
    this.#link.href = `${this.#link.dataset.export}?${query}`;
  }
}
