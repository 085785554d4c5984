import { Popup } from "./leaflet.js";
import { control } from "./control.js";
import { mediumDay } from "./days.js";
import { element } from "./dom.js";
import { controlCard, countCard, eventCard, historyList, mentionCard, withDays } from "./popup.js";
import { Sheet } from "./sheet.js";
import { say } from "./speech.js";
import { positionText } from "./words.js";

const REACH = 14; // pixels around a click or a touch
const CLOSER = 3; // zooms that a click on a counted mark goes
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
  #control;
  #language;
  #day = null;
  #popup = null;
  #sheet = new Sheet();

  /** `layers`: `{mentions, events}`, each a `PointLayer`; `asked` as in `control.js`. */
  constructor(map, { layers, style, asked, language }, day) {
    this.#map = map;
    this.#layers = layers;
    this.#style = style;
    this.#control = control(asked);
    this.#language = language;
    this.#day = day;
    map.on("daychange", (change) => (this.#day = change.day));
  }

  /** Opens what is drawn at a place, and asks who held it. */
  open(latlng) {
    const cards = this.#cards(latlng);
    const answer = element("div", { class: "answer", "aria-live": "polite" }, element("p", {}, say("card.asking")));
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
    const found = Object.entries(this.#layers).map(([name, layer]) => [name, layer.near(latlng, REACH)]);
    if (found.some(([, features]) => features.some(isCounted))) this.#approach(latlng);
    return found.flatMap(([name, features]) => {
      const count = features.reduce((sum, { properties }) => sum + (properties.count ?? 1), 0);
      if (features.some(isCounted)) return [countCard(name, count)];
      return features.slice(0, 3).map((feature) => make[name](withDays(feature), this.#style, this.#language));
    });
  }

  /** Goes where those that are counted here come apart. */
  #approach(latlng) {
    this.#map.setView(latlng, Math.min(this.#map.getZoom() + CLOSER, this.#map.getMaxZoom()));
  }

  async #ask(latlng, box) {
    const day = this.#day;
    try {
      const answer = await this.#control.on(latlng, day);
      box.replaceChildren(
        element("p", { class: "answer-day" }, say("card.whoHeld", { day: mediumDay(day, this.#language) })),
        controlCard(answer, this.#style),
        ...(this.#control.history ? this.#history(latlng, day) : []),
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

  /** The whole record as a strip, and as a list in a disclosure. */
  #history(latlng, day) {
    const strip = element("div", { class: "history-strip is-coming" });
    const asked = this.#control.history(latlng);
    const box = element("details", { class: "record" }, element("summary", {}, say("card.allTime")));
    box.addEventListener("toggle", async () => {
      try {
        box.append(historyList(await asked, this.#style, this.#language));
      } catch (error) {
        box.append(trouble(error));
      }
      this.#fit();
    }, { once: true });
    this.#strip(asked, strip, day);
    return [strip, box];
  }

  async #strip(asked, place, day) {
    try {
      const [{ HistoryStrip }, lines] = await Promise.all([import("./history-strip.js"), asked]);
      const given = { style: this.#style, language: this.#language, day: this.#day ?? day };
      const { box } = new HistoryStrip(this.#map, lines, given);
      place.replaceWith(box);
    } catch {
      place.remove(); // who opens the list is told why
    }
  }
}

function isCounted({ properties: { count = 1 } }) {
  return count > 1;
}

function trouble(error) {
  return element("p", { class: "trouble" }, say("card.noAnswer", { error: error.message }));
}
