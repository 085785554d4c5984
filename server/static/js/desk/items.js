import { element } from "../dom.js";
import { spanText } from "../days.js";
import { controlSentence, eventWord, percent } from "../words.js";
import { button, choice, field, form, input } from "./fields.js";

const ROLES = { literal: "a place", dateline: "the story's dateline", demonym: "a people", organisation: "an organisation",
  metonym: "a government, by its capital" };

/** Every place and event with how sure it is, the least sure first; fires what the editor says of one. */
export class Items {
  #map;
  #box;
  #page;
  #style;
  #items = [];
  #open = null;
  #state = "draft";

  constructor(map, box, { page, style }) {
    this.#map = map;
    this.#box = box;
    this.#page = page;
    this.#style = style;
    map.on("deskdrag", ({ lat, lng }) => this.#drag(lat, lng));
    map.on("deskpick", ({ place }) => this.#pick(({ meaning }) => meaning.place === place));
  }

  show(items, state) {
    this.#items = items;
    this.#state = state;
    this.#render();
  }

  /** Opens one to be changed, and closes the one before. */
  open(key) {
    this.#open = key;
    this.#render();
    const card = this.#card(key);
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector(".item-name").focus({ preventScroll: true });
  }

  /** After one was answered: the next that wants a look. */
  next() {
    this.#open = null;
    this.#render();
    (this.#box.querySelector(".item-name") ?? this.#box).focus({ preventScroll: true });
  }

  #render() {
    const open = this.#items.filter(({ confidence }) => confidence !== null && confidence < 1);
    const sure = this.#items.filter(({ confidence }) => confidence === 1);
    const rest = this.#items.filter(({ confidence }) => confidence === null);
    this.#box.replaceChildren(
      element("h2", { id: "to-check" }, open.length ? `To check (${open.length})` : "All is checked"),
      open.length ? element("p", { class: "how" }, "The least sure first.") : "",
      this.#list(open, "to-check"),
      sure.length ? this.#group(`Said by an editor (${sure.length})`, sure) : "",
      rest.length ? this.#group(`Names that are not mapped (${rest.length})`, rest) : "");
  }

  #group(title, items) {
    const isOpen = items.some(({ key }) => key === this.#open);
    return element("details", { class: "desk-group", ...(isOpen ? { open: "" } : {}) },
      element("summary", {}, title), this.#list(items));
  }

  #list(items, heading = null) {
    return element("ol", { class: "items", "aria-labelledby": heading }, ...items.map((item) => this.#item(item)));
  }

  #item(item) {
    const isOpen = item.key === this.#open;
    const name = button(item.kind === "event" ? `${eventWord(item.event.type)}: “${item.text}”` : item.text,
      () => this.#map.fire("deskselect", { key: isOpen ? null : item.key }),
      { class: "item-name", dir: "auto", "aria-expanded": String(isOpen) });
    return element("li", { class: `item ${isOpen ? "is-open" : ""}`, "data-key": item.key },
      element("h3", {}, name),
      element("p", { class: "item-is" }, ...this.#is(item)),
      sure(item),
      ...(item.offers ?? []).map((offer) => this.#offer(item, offer)),
      element("p", { class: "item-acts" }, ...this.#acts(item, isOpen)),
      isOpen ? this.#form(item) : null);
  }

  #is(item) {
    const where = item.relation ?? (item.name ? `${item.name}${item.country ? `, ${item.country}` : ""}` : null);
    const day = spanText(item.when?.valid_from, item.when?.valid_to, this.#page.language);
    const actor = item.kind === "event" && item.actor ? this.#style.label(item.actor) : null;
    return [actor, where ?? (item.role && item.role !== "literal" ? ROLES[item.role] : "no place"), day]
      .filter(Boolean).flatMap((part, index) => [index ? " · " : null, element("bdi", {}, part)]);
  }

  #acts(item, isOpen) {
    const canConfirm = item.kind === "event" || item.place !== null;
    return [
      canConfirm && item.confidence !== 1 && item.confidence !== null
        ? button("Confirm", () => this.#confirm(item), { class: "is-main" }) : null,
      button(isOpen ? "Close" : item.kind === "event" ? "Re-date …" : "Change …",
        () => this.#map.fire("deskselect", { key: isOpen ? null : item.key })),
      button(item.kind === "event" ? "Did not happen" : "Not a place", () => this.#say(item, { kind: "dropped" })),
      item.kind === "event" && item.confirmed && this.#state === "published" ? this.#report(item) : null,
    ];
  }

  #report(item) {
    if (item.report) return element("span", { class: "how" }, "Is a town report");
    return button("Make a town report", () => this.#map.fire("deskreport", { item }));
  }

  #offer(item, offer) {
    const what = offer.kind === "dropped" ? "not a place" : offer.kind === "role" ? ROLES[offer.role] : offer.name ?? "a point";
    const said = Object.fromEntries(["kind", "place", "lng", "lat", "km", "role"].map((name) => [name, offer[name]]));
    return element("p", { class: "item-offer" }, "Suggested: ", element("strong", {}, what), ` (${offer.reason}). `,
      button("Use it", () => this.#say(item, said)));
  }

  #confirm(item) {
    const date = item.when?.valid_from ? item.when.edtf : null;
    const isPoint = item.place?.startsWith("point:");
    const where = item.kind === "event" ? {} : isPoint ? { lng: item.lng, lat: item.lat } : { place: item.place };
    this.#say(item, { kind: "confirmed", date, ...where, km: item.said_km });
  }

  #form(item) {
    const sentence = item.sentence ? element("blockquote", { dir: "auto" }, item.sentence) : null;
    const control = item.control ? element("p", { class: "how" }, controlSentence(item.control, this.#style)) : null;
    const undo = item.said.map(({ id, kind, by }) => element("p", { class: "how" }, `${by} said: ${kind}. `,
      button("Undo", () => this.#map.fire("deskundo", { id }))));
    return element("div", { class: "item-form" }, sentence, control, ...undo,
      item.kind === "mention" ? this.#placeForm(item) : null, this.#dateForm(item),
      item.kind === "mention" ? this.#roleForm(item) : null);
  }

  #placeForm(item) {
    const name = `place-${item.start}`;
    const at = input({ inputmode: "decimal", placeholder: "36.6158, 37.4472", value: item.lat === null ? "" : position(item) });
    at.dataset.position = "";
    at.addEventListener("input", () => this.#write(at));
    const km = input({ type: "number", min: "0.1", max: this.#page.most_km, step: "any", value: item.said_km ?? "" });
    const choices = element("div", { class: "choices" },
      ...item.candidates.map((each) => choice(name, placeLabel(each), { place: each.place }, each.place === item.place)),
      choice(name, ["Where the pin is on the map"], { isPin: true }, item.place?.startsWith("point:")));
    const said = () => {
      const { meaning } = [...choices.querySelectorAll("input")].find(({ checked }) => checked) ?? {};
      if (!meaning) return this.#map.fire("desktrouble", { message: "Choose a place first." });
      const spot = meaning.isPin ? readPosition(at.value) : { place: meaning.place };
      if (!spot) return this.#map.fire("desktrouble", { message: "Write the position as latitude, longitude." });
      return this.#say(item, { kind: "place", ...spot, ...(km.value ? { km: Number(km.value) } : {}) });
    };
    return form({ class: "desk-part" }, said, element("fieldset", {}, element("legend", {}, "Place"), choices,
      this.#search(item, choices, name),
      field("Position of the pin: latitude, longitude", at, "Or drag the pin on the map."),
      field("Only near it, within kilometres", km), element("button", { type: "submit", class: "is-main" }, "Move")));
  }

  /** Other places of the gazetteer, by name. */
  #search(item, choices, name) {
    const wanted = input({ type: "search", value: item.text });
    const found = (places) => choices.prepend(
      ...places.map((each) => choice(name, placeLabel(each), { place: each.place }, false)));
    const find = button("Find", () => this.#map.fire("deskfind", { name: wanted.value, found }));
    wanted.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        find.click();
      }
    });
    return element("div", { class: "desk-row" }, field("Another place of the gazetteer", wanted), find);
  }

  #dateForm(item) {
    const date = input({ value: item.when?.valid_from ? item.when.edtf : "", required: "" });
    return form({ class: "desk-part desk-row" }, () => this.#say(item, { kind: "date", date: date.value.trim() }),
      field("Day or span", date, "2016-04-11, 2016-04, or 2016-04-09/2016-04-11"),
      element("button", { type: "submit" }, "Re-date"));
  }

  #roleForm(item) {
    const role = element("select", {}, ...this.#page.roles.map((each) => element("option",
      { value: each, ...(each === item.role ? { selected: "" } : {}) }, ROLES[each] ?? each)));
    return form({ class: "desk-part desk-row" }, () => this.#say(item, { kind: "role", role: role.value }),
      field("The name stands for", role), element("button", { type: "submit" }, "Set"));
  }

  #say(item, said) {
    const { start, end, event } = item;
    const told = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null && value !== undefined));
    this.#map.fire("desksay", { item, said: { start, end, ...(event ? { event } : {}), ...told } });
  }

  #drag(lat, lng) {
    const at = this.#box.querySelector("[data-position]");
    if (at) at.value = position({ lat, lng });
    this.#pick(({ meaning }) => meaning.isPin);
  }

  #write(at) {
    const spot = readPosition(at.value);
    this.#pick(({ meaning }) => meaning.isPin);
    if (spot) this.#map.fire("deskput", spot);
  }

  #pick(isMeant) {
    const radio = [...this.#box.querySelectorAll(".choices input")].find(isMeant);
    if (radio) radio.checked = true;
  }

  #card(key) {
    return [...this.#box.querySelectorAll(".item")].find(({ dataset }) => dataset.key === key);
  }
}

function sure({ confidence, why }) {
  if (confidence === null) return null;
  const meter = element("meter", {
    min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value: confidence, "aria-label": "How sure" });
  return element("p", { class: "item-sure" }, meter, element("b", {}, percent(confidence)), " ",
    element("span", { dir: "auto" }, why));
}

function placeLabel({ name, country, admin1, score }) {
  const where = [admin1, country].filter(Boolean).join(", ");
  return [element("bdi", {}, name), ` ${where}`, score === undefined ? null : element("small", {}, ` ${percent(score)}`)].filter(Boolean);
}

function position({ lat, lng }) {
  return `${Number(lat.toFixed(5))}, ${Number(lng.toFixed(5))}`;
}

/** `{lat, lng}` of "36.6, 37.4"; `null` of anything else. */
function readPosition(text) {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [lat, lng] = match.slice(1).map(Number);
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}
