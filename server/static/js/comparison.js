import { ChangesLayer } from "./changes-layer.js";
import { ChangesList } from "./changes-list.js";
import { dayNumber, isoDay, longDay } from "./days.js";
import { element } from "./dom.js";
import { say } from "./speech.js";

const REST = 200; // milliseconds without a step before it is asked what changed
const THUMB = 24; // pixels of a handle, as in time.css

/** Two days on one slider: a second handle, and what changed hands in between, on the map and as text. */
export class Comparison {
  #answers = new Map();
  #from = null;
  #layer;
  #list;
  #options;
  #parts;
  #single;
  #slider;
  #timer = 0;

  /** `url` of `/api/changes`; `since`: the element for the earlier day's date box. */
  constructor(slider, options, since) {
    this.#slider = slider;
    this.#options = options;
    this.#single = slider.strip.inset;
    this.#layer = new ChangesLayer(options.map, options.style);
    this.#list = new ChangesList(options, slider.parts.box);
    this.#parts = build(since);
    slider.onspan = () => this.#fit();
    options.map.on("daychange", () => this.#from !== null && this.#move(this.#from));
    this.#listen();
  }

  /** Compares a day with the one that the map shows; `null` ends it. */
  set(from) {
    const { box, track, range } = this.#slider.parts;
    const isOn = from !== null;
    for (const each of [box, this.#options.map.getContainer()]) each.classList.toggle("is-comparing", isOn);
    range.setAttribute("aria-label", isOn ? say("time.to") : say("time.day"));
    this.#slider.strip.inset = isOn ? THUMB : this.#single;
    if (isOn) {
      track.prepend(this.#parts.range, this.#parts.band);
      this.#parts.since.replaceChildren(this.#parts.label);
      this.#slider.cover(from);
      this.#move(from);
    } else {
      for (const name of ["range", "band", "label"]) this.#parts[name].remove();
      this.#from = null;
      window.clearTimeout(this.#timer);
      this.#layer.clear();
      this.#list.hide();
      this.#options.map.fire("rangechange", { from });
      this.#slider.strip.show(this.#slider.span);
    }
  }

  #listen() {
    const { range, date } = this.#parts;
    range.addEventListener("input", () => this.#byHand(Number(range.value)));
    range.addEventListener("keydown", (event) => this.#slider.key(event, this.#from, (day) => this.#byHand(day)));
    date.addEventListener("change", () => {
      const day = dayNumber(date.value);
      if (day === null) return;
      this.#slider.cover(day);
      this.#byHand(day);
    });
  }

  /** The earlier day pushes the later one before it. */
  #byHand(wanted) {
    const from = this.#slider.within(wanted);
    this.#slider.stop();
    this.#from = from;
    if (from > this.#slider.day) this.#slider.go(from);
    else this.#move(from);
  }

  #move(wanted) {
    this.#from = Math.min(wanted, this.#slider.day);
    this.#fit();
    this.#options.map.fire("rangechange", { from: this.#from });
    window.clearTimeout(this.#timer);
    const known = this.#answers.get(this.#key);
    if (known) {
      this.#show(known);
      return;
    }
    this.#layer.clear(); // what changed up to another day would be wrong
    this.#list.wait(this.#from, this.#slider.day);
    this.#timer = window.setTimeout(() => this.#ask(), REST);
  }

  get #key() {
    return `from=${isoDay(this.#from)}&to=${isoDay(this.#slider.day)}`;
  }

  #fit() {
    const { range, band, date } = this.#parts;
    const { span: [first, last], day, strip } = this.#slider;
    if (this.#from === null) return;
    Object.assign(range, { min: first, max: last, value: this.#from });
    range.setAttribute("aria-valuetext", longDay(this.#from, this.#options.language));
    date.value = isoDay(this.#from);
    const part = (each) => (each - first) / (last - first);
    const room = `(100% - ${2 * THUMB}px)`;
    band.style.insetInlineStart = `calc(${THUMB}px + ${room} * ${part(this.#from)})`;
    band.style.inlineSize = `calc(${room} * ${part(day) - part(this.#from)})`;
    strip.show(this.#slider.span);
  }

  async #ask() {
    const key = this.#key;
    try {
      const response = await fetch(`${this.#options.url}?${key}`);
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.detail ?? response.statusText);
      this.#answers.set(key, answer);
      if (this.#from !== null && key === this.#key) this.#show(answer);
    } catch (error) {
      if (this.#from !== null && key === this.#key) this.#list.fail(error);
    }
  }

  #show(answer) {
    this.#layer.show(answer.features);
    this.#list.show(answer, [this.#from, this.#slider.day]);
  }
}

function build(since) {
  const range = element("input", { type: "range", step: 1, class: "time-range time-from", "aria-label": say("time.from") });
  const band = element("div", { class: "time-band", "aria-hidden": "true" });
  const date = element("input", { type: "date", class: "time-date", "aria-label": say("time.fromDate"), required: "" });
  const label = element("label", {}, `${say("time.from")} `, date);
  return { range, band, date, label, since };
}
