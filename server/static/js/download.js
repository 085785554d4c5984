import { isoDay } from "./days.js";

/** A link to what is in view: it follows the day and the frame of the map. */
class Following {
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

/** The zones as data. */
export class Download extends Following {
  #link;

  constructor(map, link) {
    super(map);
    this.#link = link;
  }

  point(datetime, bbox) {
    this.#link.href = `${this.#link.dataset.export}?${new URLSearchParams({ datetime, bbox })}`;
  }
}

/** The map as a still picture: a link to it, or the picture itself, which is loaded when the page is printed. */
export class Still extends Following {
  #element;

  constructor(map, element) {
    super(map);
    this.#element = element;
    element.addEventListener("load", () => document.body.classList.add("has-still"));
  }

  point(date, bbox) {
    document.body.classList.remove("has-still"); // the one that was loaded is of another day or frame
    const name = this.#element.tagName === "IMG" ? "src" : "href";
    this.#element.setAttribute(name, `${this.#element.dataset.still}?${new URLSearchParams({ date, bbox })}`);
  }
}
