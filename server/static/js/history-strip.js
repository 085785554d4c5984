import { dayNumber, mediumDay } from "./days.js";
import { element } from "./dom.js";
import { say } from "./speech.js";
import { darkness } from "./theme.js";
import { controlSentence } from "./words.js";

const HEIGHT = 26; // pixels
const FIRST = dayNumber("1900-01-01");

/** Who held a point through time, as a bar in the colours of the map: hatched where it is not sure, empty where nobody
 *  says. A click goes to the day, arrow keys to the next change; the list of the same lines says it in words. */
export class HistoryStrip {
  #map;
  #style;
  #language;
  #spans; // {from, to, certain, line} in days, half-open
  #ends; // [first day, day after the last]
  #day;
  #canvas = element("canvas", { "aria-hidden": "true" });
  #box;

  /** `lines`: those of `/api/control` without a date. */
  constructor(map, lines, { style, language, day }) {
    this.#map = map;
    this.#style = style;
    this.#language = language;
    this.#day = day;
    this.#spans = lines.filter(({ is_remark: remark, controller }) => !remark && controller).map(span);
    this.#ends = endsOf(this.#spans, day);
    const [first, end] = this.#ends;
    this.#box = element("div", {
      class: "history-strip", role: "slider", tabindex: "0", "aria-label": say("history.title"), title: say("history.title"),
      "aria-valuemin": first, "aria-valuemax": end - 1,
    }, this.#canvas, element("div", { class: "history-years", "aria-hidden": "true" }, ...this.#years()));
    this.#canvas.addEventListener("click", ({ offsetX }) => this.#go(this.#dayAt(offsetX)));
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#follow();
  }

  get box() {
    return this.#box;
  }

  /** Day, width and theme, until the card is gone. */
  #follow() {
    const gone = new AbortController();
    const changed = ({ day = this.#day }) => {
      if (!this.#box.isConnected) {
        this.#map.off("daychange", changed);
        gone.abort();
        return;
      }
      this.#day = day;
      this.#draw();
    };
    this.#map.on("daychange", changed);
    darkness.addEventListener("change", changed, { signal: gone.signal });
    new ResizeObserver(() => this.#draw()).observe(this.#box);
  }

  #go(day) {
    const [first, end] = this.#ends;
    this.#map.fire("daywanted", { day: Math.min(end - 1, Math.max(first, day)) });
  }

  #dayAt(x) {
    const [first, end] = this.#ends;
    return first + Math.floor((x / this.#canvas.clientWidth) * (end - first));
  }

  #key(event) {
    const changes = [...new Set(this.#spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
    const target = {
      ArrowRight: () => changes.find((day) => day > this.#day),
      ArrowLeft: () => changes.findLast((day) => day < this.#day),
      Home: () => this.#ends[0],
      End: () => this.#ends[1] - 1,
    }[event.key];
    if (!target) return;
    event.preventDefault();
    event.stopPropagation(); // the map would move
    const day = target();
    if (Number.isFinite(day)) this.#go(day);
  }

  #draw() {
    const ratio = Math.max(1, window.devicePixelRatio);
    const width = this.#canvas.clientWidth;
    Object.assign(this.#canvas, { width: Math.round(width * ratio), height: Math.round(HEIGHT * ratio) });
    const pen = this.#canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const [first, end] = this.#ends;
    const x = (day) => (width * (Math.min(Math.max(day, first), end) - first)) / (end - first);
    for (const { from, to, certain, line } of this.#spans) {
      for (const [a, b, sure] of [[from, certain[0], false], [...certain, true], [certain[1], to, false]]) {
        if (b <= a) continue;
        pen.fillStyle = this.#style.fill(pen, { ...line, sure: sure && line.certainty !== "uncertain" });
        pen.fillRect(x(a), 2, Math.max(1, x(b) - x(a)), HEIGHT - 4);
      }
      pen.fillStyle = this.#style.edge(line.controller);
      pen.fillRect(x(from), 2, Math.max(1, x(to) - x(from)), 1.5);
      pen.fillRect(x(from), HEIGHT - 3.5, Math.max(1, x(to) - x(from)), 1.5);
    }
    this.#mark(pen, x(this.#day + 0.5));
    this.#say();
  }

  /** The day of the map. */
  #mark(pen, at) {
    const { color, backgroundColor } = getComputedStyle(this.#box);
    pen.fillStyle = backgroundColor;
    pen.fillRect(at - 2.5, 0, 5, HEIGHT);
    pen.fillStyle = color;
    pen.fillRect(at - 1.25, 0, 2.5, HEIGHT);
  }

  #say() {
    const now = this.#spans.find(({ from, to }) => from <= this.#day && this.#day < to);
    const who = controlSentence(now?.line ?? null, this.#style);
    const words = say("history.says", { day: mediumDay(this.#day, this.#language), who });
    this.#box.setAttribute("aria-valuenow", this.#day);
    this.#box.setAttribute("aria-valuetext", words);
  }

  /** The first and the last day, in years. */
  #years() {
    const text = new Intl.DateTimeFormat(this.#language, { year: "numeric", timeZone: "UTC" });
    const [first, end] = this.#ends;
    return [first, end - 1].map((day) => element("span", {}, text.format(Date.UTC(2000, 0, 1 + day))));
  }
}

function span(line) {
  const [from, to] = [dayNumber(line.valid_from) ?? FIRST, dayNumber(line.valid_to) ?? Infinity];
  return { from, to, certain: [dayNumber(line.certain_from) ?? from, dayNumber(line.certain_to) ?? to], line };
}

/** From the first day that is told to the last, with a little of the silence before and after, and the day of the map. */
function endsOf(spans, day) {
  const told = spans.flatMap(({ from, to }) => [from, to]).filter((each) => Number.isFinite(each) && each > FIRST);
  const days = [day, day + 1, ...told];
  const [first, end] = [Math.min(...days), Math.max(...days)];
  const around = Math.max(30, Math.round((end - first) / 40));
  return [first - around, end + around];
}
