import { addMonths, dayNumber, isoDay, longDay, shortDay } from "./days.js";
import { element } from "./dom.js";
import { evidenceText } from "./evidence.js";
import { say } from "./speech.js";
import { DayStrip } from "./strip.js";

const PAUSE = 160; // milliseconds a step while playing

/** The time bar: range, date box, step and play; fires `daychange` on the map, obeys `daywanted` and `rangewanted`. */
export class TimeSlider {
  #map;
  #options;
  #timer = 0;
  #tools = null;
  day = null;
  pause = PAUSE;
  span; // [first day, last day], both in

  /** `counts`: `[day, how much happened]`; `told`: the TileJSON of layers by name; `style`, `url` as `Comparison` wants. */
  constructor(map, box, { first, last, ...options }) {
    this.#map = map;
    this.#options = { map, ...options };
    this.span = [first, last];
    this.parts = build(box);
    this.strip = new DayStrip(this.parts.track, options.counts, options.told.zones ?? {});
    this.#spread();
    this.#listen();
  }

  /** Goes to a day; beyond its ends the slider grows, so that a date box never lies. */
  go(day) {
    if (day === this.day) return;
    this.cover(day);
    this.day = day;
    this.#show();
    this.#map.fire("daychange", { day });
  }

  /** As a reader wants it: within the ends, and what plays stops. */
  byHand(day) {
    this.stop();
    this.go(this.within(day));
  }

  within(day) {
    return Math.min(this.span[1], Math.max(this.span[0], day));
  }

  /** Makes the slider as long as a day asks for. */
  cover(day) {
    if (day === this.within(day)) return;
    this.span = [Math.min(day, this.span[0]), Math.max(day, this.span[1])];
    this.#spread();
  }

  #spread() {
    const [first, last] = this.span;
    Object.assign(this.parts.range, { min: first, max: last });
    this.strip.show(this.span);
    showTicks(this.parts.ticks, first, last, this.#options.language);
    this.onspan?.();
  }

  /** The day one step on (1) or back (-1). */
  next(day, direction) {
    return day + direction;
  }

  /** Steps, speeds and the comparison of two days: loaded when first asked for. */
  tools() {
    this.#tools ??= import("./time-tools.js").then(({ openTools }) => openTools(this, this.#options));
    return this.#tools;
  }

  #listen() {
    const { range, date, play, back, on, more } = this.parts;
    this.#map.on("daywanted", ({ day }) => this.go(day));
    this.#map.on("rangewanted", async ({ from }) => (await this.tools()).compare(from));
    range.addEventListener("input", () => this.byHand(Number(range.value)));
    range.addEventListener("keydown", (event) => this.key(event, this.day, (day) => this.byHand(day)));
    date.addEventListener("change", () => {
      const day = dayNumber(date.value);
      if (day === null) return;
      this.stop();
      this.go(day);
    });
    play.addEventListener("click", () => this.#toggle());
    back.addEventListener("click", () => this.byHand(this.next(this.day, -1)));
    on.addEventListener("click", () => this.byHand(this.next(this.day, 1)));
    more.addEventListener("click", async () => (await this.tools()).toggle());
  }

  /** Arrows, Home and End are the browser's own; a page is a month; the space bar plays. */
  key(event, day, go) {
    const months = { PageUp: 1, PageDown: -1 }[event.key];
    if (months) go(addMonths(day, months));
    else if (event.key === " ") this.#toggle();
    else return;
    event.preventDefault();
  }

  #toggle() {
    if (this.#timer) this.stop();
    else this.#play();
  }

  /** A step a frame; for readers who asked for less motion a week a second, or a longer step. */
  #play() {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.day >= this.span[1]) this.go(this.span[0]);
    this.#timer = window.setInterval(() => {
      if (this.day >= this.span[1]) this.stop();
      else this.go(this.within(Math.max(this.next(this.day, 1), calm ? this.day + 7 : 0)));
    }, calm ? 1000 : this.pause);
    this.#showPlaying(true);
  }

  /** Plays on at the speed that was just chosen. */
  repace() {
    if (!this.#timer) return;
    this.stop();
    this.#play();
  }

  stop() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#showPlaying(false);
  }

  #showPlaying(playing) {
    this.parts.play.classList.toggle("is-playing", playing);
    this.parts.play.setAttribute("aria-label", playing ? say("time.pause") : say("time.play"));
  }

  #show() {
    const { range, date, asOf, age } = this.parts;
    const { language, told } = this.#options;
    range.value = this.day;
    range.setAttribute("aria-valuetext", longDay(this.day, language));
    date.value = isoDay(this.day);
    asOf.textContent = shortDay(this.day, language);
    age.textContent = evidenceText(told.zones ?? {}, this.day);
  }
}

function build(box) {
  const button = (name, words, sign = "") => element("button", { type: "button", class: name, "aria-label": words }, sign);
  const play = button("time-play", say("time.play"));
  const back = button("time-step", say("time.back"), "‹");
  const on = button("time-step", say("time.on"), "›");
  const more = button("time-more", say("time.more"), "⋯");
  const range = element("input", { type: "range", step: 1, class: "time-range", "aria-label": say("time.day") });
  const ticks = element("div", { class: "time-ticks", "aria-hidden": "true" });
  const track = element("div", { class: "time-track" }, range, ticks);
  const date = element("input", { type: "date", class: "time-date", "aria-label": say("time.date"), required: "" });
  const asOf = element("strong", { class: "time-day" });
  const age = element("small", { class: "time-age" });
  const head = element("div", { class: "time-head" },
    element("span", { class: "time-as-of" }, `${say("time.asOf")} `, asOf), age, date, more);
  more.setAttribute("aria-expanded", false);
  box.replaceChildren(head, element("div", { class: "time-row" }, back, play, on, track));
  return { box, head, track, play, back, on, more, range, ticks, date, asOf, age };
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
