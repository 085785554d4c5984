import { isoDay } from "./days.js";

/** A link to what is in view: it follows the day and the frame of the map. */
export class Following {
  #map;
  #day = null;

  constructor(map) {
    this.#map = map;
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
    this.point(isoDay(this.#day), bbox.map((each) => each.toFixed(3)).join());
  }
}
