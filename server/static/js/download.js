import { Following } from "./following.js";

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
