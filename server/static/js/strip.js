import { element } from "./dom.js";
import { gaps } from "./evidence.js";
import { darkness } from "./theme.js";

const LEAST = 5; // pixels of the lowest bar
const [LINE, EVERY] = [2, 5]; // pixels of the base line, from one stroke of the hatching to the next

/**
 * What happened, over the slider: a bar a day, as high as much happened; hatched where days are vague. The base line is
 * whole where somebody reported, dotted where nobody did for a week.
 */
export class DayStrip {
  #canvas = element("canvas", { class: "time-strip", "aria-hidden": "true" });
  #counts = new Map();
  #zones;
  #span = [0, 1];
  inset = 8; // pixels from an end of a range input to the middle of its thumb there

  /** `counts`: `[day, number]` each; `zones`: their TileJSON. */
  constructor(track, counts, zones) {
    for (const [day, count] of counts) this.#counts.set(day, (this.#counts.get(day) ?? 0) + count);
    this.#zones = zones;
    track.prepend(this.#canvas);
    new ResizeObserver(() => this.#draw()).observe(track);
    darkness.addEventListener("change", () => this.#draw());
  }

  /** Between the first and the last day of the slider. */
  show(span) {
    this.#span = span;
    this.#draw();
  }

  #draw() {
    const ratio = Math.max(1, window.devicePixelRatio);
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    Object.assign(this.#canvas, { width: width * ratio, height: height * ratio });
    const pen = this.#canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = pen.strokeStyle = getComputedStyle(this.#canvas).color;
    const [first, last] = this.#span;
    const day = (width - 2 * this.inset) / (last - first);
    const x = (number) => this.inset + (Math.min(Math.max(number ?? last, first), last) - first) * day;
    for (const [from, to] of this.#zones.vague_days ?? []) hatch(pen, x(from), x(to), height);
    pen.fillRect(x(first), height - LINE, x(last) - x(first), LINE);
    for (const [from, to] of gaps(this.#zones, this.#span)) dot(pen, x(from), x(to), height - LINE);
    const most = Math.max(...this.#counts.values());
    for (const [number, count] of this.#counts) {
      if (number < first || number > last) continue;
      const high = LEAST + (height - LEAST) * Math.sqrt(count / most);
      pen.fillRect(x(number) - Math.max(2, day - 1) / 2, height - high, Math.max(2, day - 1), high);
    }
  }
}

function hatch(pen, from, to, height) {
  pen.save();
  pen.beginPath();
  pen.rect(from, 0, to - from, height);
  pen.clip();
  pen.globalAlpha = 0.35;
  pen.beginPath();
  for (let x = Math.floor((from - height) / EVERY) * EVERY; x < to; x += EVERY) {
    pen.moveTo(x, height);
    pen.lineTo(x + height, 0);
  }
  pen.stroke();
  pen.restore();
}

function dot(pen, from, to, y) {
  for (let x = from; x < to; x += 5) pen.clearRect(x, y, Math.min(3, to - x), LINE);
}
