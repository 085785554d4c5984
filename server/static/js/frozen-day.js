import { shortDay } from "./days.js";
import { element } from "./dom.js";
import { say } from "./speech.js";

/** The time bar of a map that shows one day for good: the day in words. */
export class FrozenDay {
  #map;
  #box;
  #language;

  constructor(map, box, language) {
    this.#map = map;
    this.#box = box;
    this.#language = language;
  }

  go(day) {
    const words = element("strong", { class: "time-day" }, shortDay(day, this.#language));
    this.#box.replaceChildren(element("p", { class: "time-as-of is-frozen" }, `${say("time.asOf")} `, words));
    this.#map.fire("daychange", { day });
  }
}
