import { dayNumber } from "./days.js";
import { element } from "./dom.js";
import { look } from "./look.js";
import { say } from "./speech.js";

const SPEEDS = [0.5, 1, 2, 4, 8];
const [WEEK, MONTH] = [7, 30];

/** What the time bar can do beyond a day at a time; loaded, with its style sheet, when first asked for. */
export async function openTools(slider, options) {
  await look("time");
  return new TimeTools(slider, options);
}

/** Long steps, speeds, and the way into the comparison of two days. */
class TimeTools {
  #slider;
  #options;
  #parts;
  #changes;
  #comparison = null;

  constructor(slider, options) {
    this.#slider = slider;
    this.#options = options;
    this.#changes = changeDays(options);
    this.#parts = build(options, slider.pause);
    slider.parts.head.append(this.#parts.box);
    slider.parts.track.title = say("time.key");
    slider.next = (day, direction) => this.#next(day, direction);
    this.#listen();
  }

  toggle(isOpen = this.#parts.box.hidden) {
    this.#parts.box.hidden = !isOpen;
    this.#slider.parts.more.setAttribute("aria-expanded", isOpen);
  }

  /** Compares a day with the one that the map shows; `null` ends it. */
  async compare(from) {
    if (!this.#options.url || (from === null && !this.#comparison)) return;
    if (!this.#comparison) {
      const { Comparison } = await import("./comparison.js");
      this.#comparison ??= new Comparison(this.#slider, this.#options, this.#parts.since);
    }
    this.#comparison.set(from);
    this.#parts.compare.setAttribute("aria-pressed", from !== null);
    if (from !== null) this.toggle(true);
  }

  #listen() {
    const { range, back, on } = this.#slider.parts;
    const { step, speed, compare } = this.#parts;
    step.addEventListener("change", () => {
      const words = {
        day: [say("time.back"), say("time.on")],
        week: [say("time.backWeek"), say("time.onWeek")],
        change: [say("time.backChange"), say("time.onChange")],
      }[step.value];
      [back, on].forEach((button, place) => button.setAttribute("aria-label", words[place]));
    });
    speed.addEventListener("change", () => {
      this.#slider.pause = Number(speed.value);
      this.#slider.repace();
    });
    range.addEventListener("keydown", (event) => this.#arrow(event));
    compare.addEventListener("click", () => {
      const { day } = this.#slider;
      this.compare(compare.getAttribute("aria-pressed") === "true" ? null : this.#slider.within(this.#before(day)));
    });
  }

  /** Arrows take the step that was chosen; which of them leads on is as the browser has it in this direction. */
  #arrow(event) {
    const ahead = getComputedStyle(event.target).direction === "rtl" ? -1 : 1;
    const direction = { ArrowUp: 1, ArrowDown: -1, ArrowRight: ahead, ArrowLeft: -ahead }[event.key];
    if (!direction || this.#parts.step.value === "day") return;
    event.preventDefault();
    this.#slider.byHand(this.#slider.next(this.#slider.day, direction));
  }

  #next(day, direction) {
    const { span } = this.#slider;
    switch (this.#parts.step.value) {
      case "week": return day + direction * WEEK;
      case "change": return direction > 0 ? this.#changes.find((each) => each > day) ?? span[1]
        : this.#changes.findLast((each) => each < day) ?? span[0];
      default: return day + direction;
    }
  }

  /** What a day is compared with at first: a month before, or more when no ground has changed since. */
  #before(day) {
    const change = days(this.#options.told.zones).findLast((each) => each <= day) ?? day;
    return Math.min(day - MONTH, change - 1);
  }
}

/** The days on which something that the map shows begins, ends or happens, in order. */
function changeDays({ told, counts }) {
  const all = [...days(told.zones), ...days(told.fronts), ...counts.map(([day]) => day)];
  return [...new Set(all)].sort((a, b) => a - b);
}

function days(description) {
  return (description?.change_days ?? []).map(dayNumber);
}

function build({ url, language }, pause) {
  const option = (value, words) => element("option", { value }, words);
  const step = element("select", { "aria-label": say("time.step") }, option("day", say("time.byDay")), option("week", say("time.byWeek")),
    option("change", say("time.byChange")));
  const number = new Intl.NumberFormat(language);
  const times = (speed) => option(pause / speed, say("time.times", { times: number.format(speed) }));
  const speed = element("select", { "aria-label": say("time.speed") }, ...SPEEDS.map(times));
  speed.value = pause;
  const compare = element("button", { type: "button", class: "time-compare", "aria-pressed": "false" }, say("time.compare"));
  const since = element("span", { class: "time-since" });
  const labelled = (words, field) => element("label", {}, `${words} `, field);
  const box = element("div", { class: "time-tools", hidden: "" },
    labelled(say("time.step"), step), labelled(say("time.speed"), speed), url ? compare : null, since);
  return { box, step, speed, compare, since };
}
