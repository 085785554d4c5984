import { element } from "./dom.js";

const THUMB = 8; // pixels from an end of a range input to the middle of its thumb there

/** Small marks over the slider, one for each day that the stories speak of. */
export class DayStrip {
  #canvas = element("canvas", { class: "time-strip", "aria-hidden": "true" });
  #days = [];
  #span = [0, 1];

  constructor(track) {
    track.prepend(this.#canvas);
    new ResizeObserver(() => this.#draw()).observe(track);
  }

  /** Marks these days, between the first and the last day of the slider. */
  show(days, span) {
    this.#days = days;
    this.#span = span;
    this.#draw();
  }

  #draw() {
    const ratio = Math.max(1, window.devicePixelRatio);
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    Object.assign(this.#canvas, { width: width * ratio, height: height * ratio });
    const pen = this.#canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = getComputedStyle(this.#canvas).color;
    const [first, last] = this.#span;
    const day = (width - 2 * THUMB) / (last - first);
    for (const number of this.#days) {
      if (number < first || number > last) continue;
      pen.fillRect(Math.round(THUMB + (number - first) * day) - 1, 0, 2, height);
    }
  }
}
