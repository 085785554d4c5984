import { dayNumber } from "./days.js";
import { element } from "./dom.js";
import { say } from "./speech.js";

const LINE = 0.38; // how far down the free part of the window a reader's eyes are
const PAUSE = 250; // milliseconds for which a reader must stay at a mention

/** The place in the text where the reader is moves the map and its day, until the reader moves the map. */
export class Follow {
  #map;
  #features;
  #marks;
  #button;
  #at = null;
  #timer = 0;
  #frame = 0;
  #isMoving = false;

  /** `features`: by id, those of the story that the map can go to. */
  constructor(map, features) {
    this.#map = map;
    this.#features = features;
    this.#marks = [...document.querySelectorAll(".story-text [data-feature]")]
      .filter(({ dataset }) => features.has(dataset.feature));
    if (!this.#marks.length) return;
    this.#button = element("button", { type: "button", class: "follow", "aria-pressed": "true" }, say("story.follow"));
    this.#button.addEventListener("click", () => this.#set(this.#button.getAttribute("aria-pressed") !== "true"));
    document.querySelector(".story-head").append(this.#button);
    window.addEventListener("scroll", () => (this.#frame ||= window.requestAnimationFrame(() => this.#read())), { passive: true });
    map.on("dragstart", () => this.#set(false));
    map.on("moveend", () => (this.#isMoving = false));
    map.on("zoomstart", () => this.#isMoving || this.#set(false));
  }

  #set(isOn) {
    this.#button.setAttribute("aria-pressed", isOn);
    if (isOn) this.#read();
    else this.#show(null);
  }

  /** The last mention above the line at which one reads. */
  #read() {
    this.#frame = 0;
    if (this.#button.getAttribute("aria-pressed") !== "true") return;
    const line = readingLine();
    const mark = this.#marks.findLast((each) => each.getBoundingClientRect().top < line) ?? null;
    if (mark === this.#at) return;
    this.#show(mark);
    window.clearTimeout(this.#timer);
    if (mark) this.#timer = window.setTimeout(() => this.#go(this.#features.get(mark.dataset.feature)), PAUSE);
  }

  #show(mark) {
    this.#at?.classList.remove("is-read");
    mark?.classList.add("is-read");
    this.#at = mark;
  }

  #go({ at, valid_from: from, valid_to: to }) {
    const [first, end] = [dayNumber(from), dayNumber(to)];
    if (first !== null && end !== null && end - first < 32) this.#map.fire("daywanted", { day: first });
    if (this.#map.getBounds().pad(-0.15).contains(at)) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#isMoving = true;
    this.#map.panTo(at, { animate: !calm, duration: 0.7 });
  }
}

/** Below a map that stands above the text, else in the window. */
function readingLine() {
  const { bottom, right, left } = document.querySelector(".atlas").getBoundingClientRect();
  const top = right - left > 0.9 * window.innerWidth ? Math.min(Math.max(bottom, 0), window.innerHeight) : 0;
  return top + LINE * (window.innerHeight - top);
}
