import { element } from "./dom.js";
import { say } from "./speech.js";

const LINGER = 1600; // milliseconds for which the hint stays

/** Leaves scrolling to the page around a frame: the wheel zooms with Ctrl or ⌘, a touch moves with two fingers. */
export class Gestures {
  #map;
  #hint = element("p", { class: "gesture-hint", "aria-hidden": "true" }); // keys and buttons do all of it
  #timer = 0;

  constructor(map) {
    this.#map = map;
    const box = map.getContainer();
    box.classList.add("is-cooperative");
    box.parentElement.append(this.#hint);
    // In the capture phase of what is around the map, before Leaflet's own.
    box.parentElement.addEventListener("wheel", (event) => this.#wheel(event), { capture: true, passive: true });
    box.parentElement.addEventListener("pointerdown", ({ pointerType }) => this.#pointer(pointerType), { capture: true });
    box.addEventListener("touchmove", (event) => this.#touch(event), { passive: false });
  }

  /** Without the key Leaflet never hears of it, and the page scrolls. */
  #wheel(event) {
    if (event.ctrlKey || event.metaKey || !this.#map.getContainer().contains(event.target)) return;
    event.stopPropagation();
    this.#show(say("gestures.wheel"));
  }

  #pointer(type) {
    if (type === "touch") this.#map.dragging.disable();
    else this.#map.dragging.enable();
  }

  #touch(event) {
    if (event.touches.length > 1) event.preventDefault(); // two fingers are for the map
    else this.#show(say("gestures.touch"));
  }

  #show(words) {
    this.#hint.textContent = words;
    this.#hint.classList.add("is-shown");
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#hint.classList.remove("is-shown"), LINGER);
  }
}
