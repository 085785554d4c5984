import { addMonths, dayNumber, isoDay, longDay, shortDay } from "./days.js";
import { element } from "./dom.js";
import { say } from "./speech.js";
import { DayStrip } from "./strip.js";

const FRAME = 160; // milliseconds a day while playing

/** The time bar: range, date box, step and play; fires `daychange` on the map, obeys `daywanted`. */
export class TimeSlider {
  #map;
  #parts;
  #span; // [first day, last day], both in
  #timer = 0;
  #day = null;
  #language;
  #news;
  #strip;

  /** `news`: days to mark. */
  constructor(map, box, { first, last, language, news = [] }) {
    this.#map = map;
    this.#span = [first, last];
    this.#language = language;
    this.#news = news;
    this.#parts = build(box);
    this.#strip = new DayStrip(this.#parts.range.parentElement);
    this.#setSpan();
    this.#listen();
  }

  /** Goes to a day; beyond its ends the slider grows, so that a date box never lies. */
  go(day) {
    if (day === this.#day) return;
    if (day < this.#span[0] || day > this.#span[1]) this.#grow(day);
    this.#day = day;
    this.#show();
    this.#map.fire("daychange", { day });
  }

  #listen() {
    const { range, date, play, back, on } = this.#parts;
    this.#map.on("daywanted", ({ day }) => this.go(day));
    range.addEventListener("input", () => this.#byHand(Number(range.value)));
    range.addEventListener("keydown", (event) => this.#key(event));
    date.addEventListener("change", () => {
      const day = dayNumber(date.value);
      if (day !== null) this.#byHand(day);
    });
    play.addEventListener("click", () => (this.#timer ? this.#stop() : this.#play()));
    back.addEventListener("click", () => this.#byHand(Math.max(this.#span[0], this.#day - 1)));
    on.addEventListener("click", () => this.#byHand(Math.min(this.#span[1], this.#day + 1)));
  }

  #byHand(day) {
    this.#stop();
    this.go(day);
  }

  /** Arrows, Home and End are the browser's own; a page is a month. */
  #key(event) {
    const months = { PageUp: 1, PageDown: -1 }[event.key];
    if (!months) return;
    event.preventDefault();
    const day = addMonths(this.#day, months);
    this.#byHand(Math.min(this.#span[1], Math.max(this.#span[0], day)));
  }

  /** A day a frame; for readers who asked for less motion a week a second. */
  #play() {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const [step, pause] = calm ? [7, 1000] : [1, FRAME];
    if (this.#day >= this.#span[1]) this.go(this.#span[0]);
    this.#timer = window.setInterval(() => {
      if (this.#day >= this.#span[1]) this.#stop();
      else this.go(Math.min(this.#span[1], this.#day + step));
    }, pause);
    this.#showPlaying(true);
  }

  #stop() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#showPlaying(false);
  }

  #showPlaying(playing) {
    this.#parts.play.classList.toggle("is-playing", playing);
    this.#parts.play.setAttribute("aria-label", playing ? say("time.pause") : say("time.play"));
  }

  #grow(day) {
    this.#span = [Math.min(day, this.#span[0]), Math.max(day, this.#span[1])];
    this.#setSpan();
  }

  #setSpan() {
    const [first, last] = this.#span;
    Object.assign(this.#parts.range, { min: first, max: last });
    this.#strip.show(this.#news, this.#span);
    showTicks(this.#parts.ticks, first, last, this.#language);
  }

  #show() {
    const { range, date, asOf } = this.#parts;
    const words = longDay(this.#day, this.#language);
    range.value = this.#day;
    range.setAttribute("aria-valuetext", words);
    date.value = isoDay(this.#day);
    asOf.textContent = shortDay(this.#day, this.#language);
  }
}

function build(box) {
  const play = element("button", { type: "button", class: "time-play", "aria-label": say("time.play") });
  const back = element("button", { type: "button", class: "time-step", "aria-label": say("time.back") }, "‹");
  const on = element("button", { type: "button", class: "time-step", "aria-label": say("time.on") }, "›");
  const range = element("input", { type: "range", step: 1, class: "time-range", "aria-label": say("time.day") });
  const ticks = element("div", { class: "time-ticks", "aria-hidden": "true" });
  const date = element("input", { type: "date", class: "time-date", "aria-label": say("time.date"), required: "" });
  const asOf = element("strong", { class: "time-day" });
  box.replaceChildren(
    element("div", { class: "time-head" }, element("span", { class: "time-as-of" }, `${say("time.asOf")} `, asOf), date),
    element("div", { class: "time-row" }, play, back, element("div", { class: "time-track" }, range, ticks), on),
  );
  return { play, back, on, range, ticks, date, asOf };
}

/** Years under a long span, months under a short one. */
function showTicks(box, first, last, language) {
  const months = last - first > 800 ? 12 : last - first > 240 ? 3 : 1;
  const form = months === 12 ? { year: "numeric" } : { month: "short", year: "numeric" };
  const text = new Intl.DateTimeFormat(language, { ...form, timeZone: "UTC" });
  const marks = [];
  for (let day = firstTick(first, months); day <= last; day = addMonths(day, months)) {
    const mark = element("span", {}, text.format(new Date(`${isoDay(day)}T00:00:00Z`)));
    mark.style.insetInlineStart = `${(100 * (day - first)) / (last - first)}%`;
    marks.push(mark);
  }
  box.replaceChildren(...marks);
}

function firstTick(first, months) {
  const [year, month] = isoDay(first).split("-").map(Number);
  const start = dayNumber(`${year}-${String(month - ((month - 1) % months)).padStart(2, "0")}-01`);
  return start < first ? addMonths(start, months) : start;
}
