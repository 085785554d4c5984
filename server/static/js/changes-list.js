import { GeoJSON } from "./leaflet.js";
import { asZone } from "./changes-layer.js";
import { element } from "./dom.js";
import { isoDay } from "./days.js";
import { say, sayCount } from "./speech.js";

const MOST = 12; // areas that are told one by one
const NEAREST = 9; // zoom

/** What changed between two days, in words and square kilometres: by side, then area by area. */
export class ChangesList {
  #body = element("div", { class: "changes-body" });
  #box;
  #days = element("span", { class: "changes-days" });
  #map;
  #number;
  #dates;
  #shown = null;
  #status = element("span", { class: "changes-count", role: "status" });
  #style;

  constructor({ map, style, language }, parent) {
    this.#map = map;
    this.#style = style;
    this.#number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    this.#dates = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    const { x, y } = map.getSize();
    this.#box = element("details", { class: "changes", hidden: "", ...(Math.min(x / 1.5, y) >= 400 ? { open: "" } : {}) },
      element("summary", {}, element("strong", {}, say("changes.title")),
        element("span", { class: "changes-about" }, this.#days, " ", this.#status)), this.#body);
    parent.append(this.#box);
    style.onTheme(() => this.#shown && this.show(...this.#shown));
  }

  hide() {
    this.#shown = null;
    this.#box.hidden = true;
  }

  wait(...days) {
    this.#open(days, say("changes.waiting"));
    this.#box.classList.add("is-waiting");
  }

  fail(error) {
    this.#status.textContent = "";
    this.#body.replaceChildren(element("p", {}, say("changes.trouble"), " ", element("small", {}, error.message)));
  }

  /** `answer` of `/api/changes`. */
  show(answer, days) {
    const { length } = answer.features;
    this.#open(days, length ? sayCount("changes.areas", length) : "");
    this.#shown = [answer, days];
    const names = new Map(answer.places.map(({ id, name }) => [id, name]));
    const rest = length - MOST;
    this.#body.replaceChildren(...(length ? [
      this.#sides(answer.sides),
      element("ol", {}, ...answer.features.slice(0, MOST).map((feature) => this.#area(feature, names)),
        rest > 0 ? element("li", {}, sayCount("changes.rest", rest)) : null),
      element("p", {}, say("changes.key")),
    ] : [element("p", {}, say("changes.none"))]));
  }

  #open([from, to], words) {
    this.#box.hidden = false;
    this.#box.classList.remove("is-waiting");
    this.#days.textContent = this.#dates.formatRange(...[from, to].map((day) => new Date(isoDay(day))));
    if (this.#status.textContent !== words) this.#status.textContent = words; // said once, not at every step
  }

  #sides(sides) {
    const head = ["side", "gained", "lost"].map((name) => element("th", { scope: "col" }, say(`changes.${name}`)));
    const order = Object.entries(sides).sort(([, a], [, b]) => b.gained_km2 + b.lost_km2 - a.gained_km2 - a.lost_km2);
    return element("table", {}, element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...order.map(([side, { gained_km2: gained, lost_km2: lost }]) => element("tr", {},
        element("th", { scope: "row" }, this.#key(side), element("bdi", {}, this.#label(side))),
        element("td", {}, gained ? this.#areaText(gained, "+") : ""),
        element("td", {}, lost ? this.#areaText(lost, "−") : "")))));
  }

  #area(feature, names) {
    const { before, after, km2, places } = feature.properties;
    const there = places.map((id) => names.get(id)).slice(0, 4).join(", ");
    const button = element("button", { type: "button" },
      there ? element("bdi", { class: "changes-places" }, there) : null, there ? " " : null,
      element("span", {}, this.#areaText(km2), " · ", say("changes.turn", { before: this.#label(before), after: this.#label(after) })));
    button.addEventListener("click", () => this.#goTo(feature));
    return element("li", {}, button);
  }

  #goTo(feature) {
    const animate = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#map.fitBounds(new GeoJSON(feature).getBounds(), { maxZoom: NEAREST, padding: [30, 30], animate });
  }

  #areaText(km2, sign = "") {
    return say("changes.km2", { area: `${sign}${km2 < 0.5 ? "<1" : this.#number.format(km2)}` });
  }

  #label(side) {
    return side === null ? say("changes.nobody") : side.split(" / ").map((code) => this.#style.label(code)).join(" / ");
  }

  #key(side) {
    const key = element("canvas", { class: "key", "aria-hidden": "true" });
    const ratio = Math.max(1, window.devicePixelRatio);
    Object.assign(key, { width: 26 * ratio, height: 16 * ratio });
    const pen = key.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = this.#style.fill(pen, asZone(side));
    pen.fillRect(0, 0, 26, 16);
    pen.strokeStyle = this.#style.edge(asZone(side).controller);
    pen.strokeRect(0.5, 0.5, 25, 15);
    return key;
  }
}
