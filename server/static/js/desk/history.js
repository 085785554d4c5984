import { element } from "../dom.js";
import { button } from "./fields.js";

const KINDS = {
  place: ({ name, lat, lng, km }) => `moved to ${name ?? `${lat}, ${lng}`}${km ? `, within ${km} km` : ""}`,
  date: ({ date }) => `dated to ${date}`,
  role: ({ role }) => `called ${role}`,
  confirmed: () => "confirmed",
  dropped: ({ event }) => (event ? "said not to have happened" : "said to be no place"),
  added: () => "added",
};

/** Who changed what and when, each with its undoing; and what no longer fits the story. Fires `deskundo`. */
export class History {
  #map;
  #box;
  #language;

  constructor(map, box, language) {
    this.#map = map;
    this.#box = box;
    this.#language = language;
  }

  show(history, lost) {
    this.#box.replaceChildren(
      lost.length ? element("section", { class: "desk-lost" }, element("h2", {}, "Corrections that no longer fit the text"),
        element("ul", {}, ...lost.map((each) => this.#line(each, each.reason)))) : "",
      element("h2", {}, "History"),
      element("ol", { class: "history" }, ...history.map((each) => this.#line(each))));
  }

  #line(entry, reason = null) {
    const { kind, id, text, what, by, at, undone, undone_by: undoneBy } = entry;
    const said = kind ? ["“", element("bdi", {}, text), `” ${KINDS[kind](entry)}`] : [what];
    return element("li", { class: undone ? "is-undone" : null }, element("span", { class: "history-what" }, ...said),
      element("span", {}, reason, reason ? " · " : null, element("bdi", {}, by), `, ${this.#time(at)}`,
        undone ? ` · undone by ${undoneBy}, ${this.#time(undone)}` : null),
      kind && !undone ? button("Undo", () => this.#map.fire("deskundo", { id })) : null);
  }

  #time(text) {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
  }
}
