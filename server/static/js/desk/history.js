import { element } from "../dom.js";
import { say, sayNumber } from "../speech.js";
import { button } from "./fields.js";

const KINDS = {
  place: ({ text, name, lat, lng, km }) => {
    const where = name ?? `${lat}, ${lng}`;
    return say("desk.said.place", { text, where: km ? say("desk.said.within", { where, km: sayNumber(km) }) : where });
  },
  date: ({ text, date }) => say("desk.said.date", { text, date }),
  role: ({ text, role }) => say("desk.said.role", { text, role: say(`desk.role.${role}`) }),
  confirmed: ({ text }) => say("desk.said.confirmed", { text }),
  dropped: ({ text, event }) => say(event ? "desk.said.notHappened" : "desk.said.noPlace", { text }),
  added: ({ text }) => say("desk.said.added", { text }),
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
      lost.length ? element("section", { class: "desk-lost" }, element("h2", {}, say("desk.lost")),
        element("ul", {}, ...lost.map((each) => this.#line(each, each.reason)))) : "",
      element("h2", {}, say("desk.history")),
      element("ol", { class: "history" }, ...history.map((each) => this.#line(each))));
  }

  #line(entry, reason = null) {
    const { kind, id, text, what, by, at, undone, undone_by: undoneBy } = entry;
    const said = kind ? KINDS[kind]({ ...entry, text: `\u2068${text}\u2069` }) : what; // its direction is its own
    return element("li", { class: undone ? "is-undone" : null }, element("span", { class: "history-what" }, said),
      element("span", {}, reason, reason ? " · " : null, element("bdi", {}, by), `, ${this.#time(at)}`,
        undone ? ` · ${say("desk.undoneBy", { name: undoneBy, time: this.#time(undone) })}` : null),
      kind && !undone ? button(say("desk.undo"), () => this.#map.fire("deskundo", { id })) : null);
  }

  #time(text) {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
  }
}
