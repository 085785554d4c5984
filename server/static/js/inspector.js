import { Popup } from "./leaflet.js";
import { isoDay, mediumDay } from "./days.js";
import { element } from "./dom.js";
import { controlCard, eventCard, historyList, mentionCard, withDays } from "./popup.js";
import { Sheet } from "./sheet.js";
import { positionText } from "./words.js";

const REACH = 14; // pixels around a click or a touch
const ROOM = 330; // pixels of height that a map needs to hold a card

/** The style sheet of the cards, where the page did not bring it. */
export function look() {
  if (document.querySelector("link[href$='/cards.css']")) return Promise.resolve();
  const sheet = element("link", { rel: "stylesheet", href: new URL("../css/cards.css", import.meta.url) });
  document.head.append(sheet);
  return new Promise((done) => ["load", "error"].forEach((name) => sheet.addEventListener(name, done)));
}

/** Answers a click on the map: what is drawn there, and who held the place that day. */
export class Inspector {
  #map;
  #layers;
  #style;
  #url;
  #language;
  #day = null;
  #popup = null;
  #sheet = new Sheet();

  /** `layers`: `{mentions, events}`, each a `PointLayer`. */
  constructor(map, { layers, style, url, language }, day) {
    this.#map = map;
    this.#layers = layers;
    this.#style = style;
    this.#url = url;
    this.#language = language;
    this.#day = day;
    map.on("daychange", (change) => (this.#day = change.day));
  }

  /** Opens what is drawn at a place, and asks who held it. */
  open(latlng) {
    const cards = this.#cards(latlng);
    const answer = element("div", { class: "answer", "aria-live": "polite" }, element("p", {}, "Asking …"));
    const box = element("div", { class: "cards", tabindex: "-1" }, ...cards, answer);
    if (!cards.length) box.prepend(element("h3", {}, positionText(latlng)));
    this.show(latlng, box);
    this.#ask(latlng, answer);
  }

  /** Opens the cards of a story's features; the answer is their box. */
  tell(latlng, features) {
    const cards = features.map((feature) => (feature.type ? eventCard : mentionCard)(feature, this.#style, this.#language));
    const box = element("div", { class: "cards", tabindex: "-1" }, ...cards);
    this.show(latlng, box);
    return box;
  }

  /** Opens a card at a place. */
  show(latlng, box) {
    if (this.#map.getSize().y < ROOM) {
      this.#sheet.open(box);
      return;
    }
    this.#sheet.close();
    this.#popup = new Popup({ maxWidth: 340, minWidth: 220, autoPanPadding: [16, 16], className: "paper" })
      .setLatLng(latlng).setContent(box).openOn(this.#map);
  }

  #cards(latlng) {
    const make = { mentions: mentionCard, events: eventCard };
    return Object.entries(this.#layers).flatMap(([name, layer]) =>
      layer.near(latlng, REACH).slice(0, 3).map((feature) => make[name](withDays(feature), this.#style, this.#language)));
  }

  async #ask(latlng, box) {
    const day = this.#day;
    try {
      const answer = await this.#fetch(latlng, { datetime: isoDay(day) });
      box.replaceChildren(
        element("p", { class: "answer-day" }, `Who held this point on ${mediumDay(day, this.#language)}`),
        controlCard(answer, this.#style),
        this.#history(latlng),
      );
    } catch (error) {
      box.replaceChildren(trouble(error));
    }
    this.#fit();
  }

  /** What has grown moves the map until all of it is in view. */
  #fit() {
    if (this.#popup?.isOpen()) this.#popup.update();
  }

  /** A disclosure that asks for the whole record when it is first opened. */
  #history(latlng) {
    const box = element("details", { class: "record" }, element("summary", {}, "Through all time"));
    box.addEventListener("toggle", async () => {
      try {
        const { history } = await this.#fetch(latlng, {});
        box.append(historyList(history, this.#style, this.#language));
      } catch (error) {
        box.append(trouble(error));
      }
      this.#fit();
    }, { once: true });
    return box;
  }

  async #fetch({ lng, lat }, parameters) {
    const query = new URLSearchParams({ lon: lng.toFixed(5), lat: lat.toFixed(5), ...parameters });
    const response = await fetch(`${this.#url}?${query}`);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? response.statusText);
    return answer;
  }
}

function trouble(error) {
  return element("p", { class: "trouble" }, `No answer: ${error.message}`);
}
