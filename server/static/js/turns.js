import { dayNumber, isoDay, mediumDay } from "./days.js";
import { element } from "./dom.js";
import { Panel } from "./panel.js";
import { goTo } from "./search.js";
import { say } from "./speech.js";

const SPANS = { day: 0, week: 3, month: 15 }; // days to each side of the one that the map shows
const PAUSE = 250; // milliseconds for which the day must stand still before it asks
const TOWN = 10; // zoom that shows a town among its neighbours

/** The places that changed hands around the day of the map; each leads to its place and day. */
export function openTurns(given) {
  return new Turns(given).close;
}

class Turns {
  #map;
  #url;
  #style;
  #language;
  #day;
  #span = element("select", { id: "turns-span" });
  #list = element("div", { class: "turns", "aria-live": "polite" });
  #panel;
  #timer = 0;
  #turn = 0;

  close = () => this.#panel.close();

  constructor({ map, atlas, page, style, layers, closed }) {
    this.#map = map;
    this.#url = page.urls.turns;
    this.#style = style;
    this.#language = page.language;
    this.#day = layers.zones?.day ?? page.day;
    this.#span.append(...Object.keys(SPANS).map((name) => element("option", { value: name }, say(`turns.${name}`))));
    this.#span.value = "week";
    this.#span.addEventListener("change", () => this.#ask());
    const label = element("label", { for: "turns-span", class: "for-readers" }, say("turns.span"));
    const later = ({ day }) => {
      this.#day = day;
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#ask(), PAUSE);
    };
    map.on("daychange", later);
    this.#panel = new Panel(atlas, say("turns.title"), [label, this.#span, this.#list], () => {
      map.off("daychange", later);
      window.clearTimeout(this.#timer);
      closed();
    });
    this.#span.focus();
    this.#ask();
  }

  async #ask() {
    const turn = (this.#turn += 1);
    const around = SPANS[this.#span.value];
    const query = new URLSearchParams({ from: isoDay(this.#day - around), to: isoDay(this.#day + around) });
    try {
      const response = await fetch(`${this.#url}?${query}`);
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.detail ?? response.statusText);
      if (turn === this.#turn) this.#show(answer.places);
    } catch (error) {
      if (turn === this.#turn) this.#list.replaceChildren(element("p", {}, say("tools.trouble", { reason: error.message })));
    }
  }

  #show(places) {
    if (!places.length) {
      this.#list.replaceChildren(element("p", { class: "panel-hint turns-none" }, say("turns.none")));
      return;
    }
    const days = [...new Set(places.map(({ day }) => day))];
    this.#list.replaceChildren(...days.map((day) => this.#section(day, places.filter((place) => place.day === day))));
  }

  #section(day, places) {
    return element("section", {}, element("h4", {}, element("bdi", {}, mediumDay(dayNumber(day), this.#language))),
      element("ul", {}, ...places.map((place) => element("li", {}, this.#row(place)))));
  }

  #row(place) {
    const row = element("button", { type: "button", class: "turn" }, this.#key(place.after),
      element("span", {}, element("bdi", { class: "turn-name" }, place.name), " · ", this.#sides(place.after)),
      element("small", {}, say("turns.from", { before: this.#sides(place.before) })));
    row.addEventListener("click", () => {
      this.#map.fire("daywanted", { day: dayNumber(place.day) });
      goTo(this.#map, place, Math.max(TOWN, this.#map.getZoom()));
    });
    return row;
  }

  /** The colour that the map has there from that day on. */
  #key(sides) {
    const [controller = null, other] = sides?.split(" / ") ?? [];
    const key = element("canvas", { width: 52, height: 32, "aria-hidden": "true" });
    const pen = key.getContext("2d");
    pen.fillStyle = this.#style.fill(pen, { controller, controller_b: other, status: other ? "contested" : "control" });
    pen.fillRect(0, 0, 52, 32);
    pen.strokeStyle = this.#style.edge(controller);
    pen.strokeRect(1, 1, 50, 30);
    return key;
  }

  /** The labels of a side, or of the two that contest the ground. */
  #sides(codes) {
    return codes ? codes.split(" / ").map((code) => this.#style.label(code)).join(" / ") : this.#style.label(null);
  }
}
