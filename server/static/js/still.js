import { Following } from "./following.js";

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
    const asked = new URLSearchParams({ date, bbox, language: document.documentElement.lang });
    this.#element.setAttribute(name, `${this.#element.dataset.still}?${asked}`);
  }
}
