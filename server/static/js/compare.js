import { dayNumber, isoDay, mediumDay } from "./days.js";
import { element } from "./dom.js";
import { say } from "./speech.js";

const BEFORE = 30; // days before the one of the map, where nobody says which other one
const EDGE = 0.04; // of the width: so far the divider stays from both sides
const STEPS = { ArrowLeft: -0.02, ArrowRight: 0.02, PageDown: -0.1, PageUp: 0.1 };
const FAR = 1e6; // pixels

/** Two days side by side: left of a divider one of its own, right of it the day of the time bar. */
export function openCompare(given) {
  return new Compare(given).close;
}

class Compare {
  #map;
  #layers;
  #twins = {};
  #language;
  #day; // of the time bar, on the right
  #other;
  #at = 0.5; // of the width
  #box;
  #left;
  #date = element("input", { type: "date", required: "" });
  #right = element("span", { class: "swipe-day" });
  #ended = new AbortController();
  #closed;

  close = () => this.#end();

  constructor({ map, page, layers, twin, wanted, closed }) {
    this.#map = map;
    this.#layers = layers;
    this.#language = page.language;
    this.#day = layers.zones?.day ?? page.day;
    this.#closed = closed;
    this.#box = element("div", {
      class: "swipe", role: "slider", tabindex: "0", "aria-label": say("compare.divider"), "aria-valuemin": "0",
      "aria-valuemax": "100",
    });
    const name = element("span", { class: "for-readers" }, say("compare.date"));
    this.#left = element("label", { class: "swipe-day" }, name, this.#date);
    this.#twin(twin);
    this.#listen();
    map.getContainer().append(this.#left, this.#right, this.#box);
    this.#show(wanted ?? this.#day - BEFORE);
    this.#box.focus({ preventScroll: true });
  }

  /** The dated layers once more, from the same tiles, in panes of their own over the others. */
  #twin(make) {
    for (const name of Object.keys(this.#layers)) {
      const pane = `other-${name}`;
      const { zIndex } = this.#map.getPane(name).style;
      Object.assign((this.#map.getPane(pane) ?? this.#map.createPane(pane)).style, { zIndex, pointerEvents: "none" });
      this.#twins[name] = make(name, pane).addTo(this.#map);
    }
  }

  #listen() {
    const { signal } = this.#ended;
    this.#map.on("move zoomend viewreset resize", this.#clip, this);
    this.#map.on("daychange", this.#follow, this);
    this.#map.on("comparewanted", this.#obey, this);
    this.#box.addEventListener("pointerdown", (event) => {
      this.#box.setPointerCapture(event.pointerId);
      this.#box.addEventListener("pointermove", this.#drag);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      this.#box.addEventListener(name, () => this.#box.removeEventListener("pointermove", this.#drag));
    }
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#date.addEventListener("change", () => {
      const day = dayNumber(this.#date.value);
      if (day !== null) this.#show(day);
    });
    // The map under them hears nothing of what is done here.
    for (const part of [this.#box, this.#left]) {
      for (const name of ["mousedown", "touchstart", "pointerdown", "click", "dblclick", "keydown", "keypress"]) {
        part.addEventListener(name, (event) => event.stopPropagation(), { signal });
      }
    }
  }

  #drag = ({ clientX }) => {
    const { left, width } = this.#map.getContainer().getBoundingClientRect();
    this.#move((clientX - left) / width);
  };

  #key(event) {
    if (event.key === "Escape") {
      this.#end();
      return;
    }
    const target = { Home: 0, End: 1 }[event.key] ?? (event.key in STEPS ? this.#at + STEPS[event.key] : null);
    if (target === null) return;
    event.preventDefault();
    this.#move(target);
  }

  #move(at) {
    this.#at = Math.min(1 - EDGE, Math.max(EDGE, at));
    this.#clip();
  }

  #obey({ day }) {
    if (day !== null) this.#show(day);
  }

  #follow({ day }) {
    this.#day = day;
    this.#say();
  }

  #show(day) {
    this.#other = day;
    for (const layer of Object.values(this.#twins)) layer.setDay(day);
    this.#say();
    this.#clip();
    this.#map.fire("comparechange", { day });
  }

  #say() {
    const [left, right] = [this.#other, this.#day].map((day) => mediumDay(day, this.#language));
    this.#date.value = isoDay(this.#other);
    this.#right.textContent = right;
    this.#box.setAttribute("aria-valuetext", say("compare.says", { left, right }));
  }

  /** Each side shows its own day; panes move with the map, so the divider is put into their coordinates. */
  #clip() {
    const { x: width } = this.#map.getSize();
    const split = this.#map.containerPointToLayerPoint([this.#at * width, 0]).x;
    const half = (from, to) => `polygon(${from}px ${-FAR}px, ${to}px ${-FAR}px, ${to}px ${FAR}px, ${from}px ${FAR}px)`;
    for (const name of Object.keys(this.#layers)) {
      this.#map.getPane(name).style.clipPath = half(split, FAR);
      this.#map.getPane(`other-${name}`).style.clipPath = half(-FAR, split);
    }
    this.#box.style.left = `${100 * this.#at}%`;
    this.#box.setAttribute("aria-valuenow", Math.round(100 * this.#at));
    this.#left.style.right = `${100 * (1 - this.#at)}%`;
    this.#right.style.left = `${100 * this.#at}%`;
  }

  #end() {
    if (!this.#box.isConnected) return;
    this.#ended.abort();
    this.#map.off("move zoomend viewreset resize", this.#clip, this);
    this.#map.off("daychange", this.#follow, this);
    this.#map.off("comparewanted", this.#obey, this);
    for (const name of Object.keys(this.#layers)) {
      this.#twins[name].remove();
      this.#map.getPane(name).style.clipPath = "";
    }
    for (const part of [this.#box, this.#left, this.#right]) part.remove();
    this.#map.fire("comparechange", { day: null });
    this.#closed();
  }
}
