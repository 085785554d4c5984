import { element } from "../dom.js";
import { say, sayNumber } from "../speech.js";
import { controlSentence, eventWord, percent, spanText } from "../words.js";
import { button, choice, field, form, input } from "./fields.js";

const ROLES = ["literal", "dateline", "demonym", "organisation", "metonym"];

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
      element("h2", { id: "to-check" }, open.length ? say("desk.toCheck", { count: sayNumber(open.length) }) : say("desk.allChecked")),
      open.length ? element("p", { class: "how" }, say("desk.leastSure")) : "",
      this.#list(open, "to-check"),
      sure.length ? this.#group(say("desk.byEditor", { count: sayNumber(sure.length) }), sure) : "",
      rest.length ? this.#group(say("desk.notMapped", { count: sayNumber(rest.length) }), rest) : "");
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
    return [actor, where ?? (item.role && item.role !== "literal" ? roleText(item.role) : say("desk.noPlace")), day]
      .filter(Boolean).flatMap((part, index) => [index ? " · " : null, element("bdi", {}, part)]);
  }

  #acts(item, isOpen) {
    const canConfirm = item.kind === "event" || item.place !== null;
    return [
      canConfirm && item.confidence !== 1 && item.confidence !== null
        ? button(say("desk.confirm"), () => this.#confirm(item), { class: "is-main" }) : null,
      button(say(isOpen ? "desk.close" : item.kind === "event" ? "desk.redate" : "desk.change"),
        () => this.#map.fire("deskselect", { key: isOpen ? null : item.key })),
      button(say(item.kind === "event" ? "desk.notHappened" : "desk.notPlace"), () => this.#say(item, { kind: "dropped" })),
      item.kind === "event" && item.confirmed && this.#state === "published" ? this.#report(item) : null,
    ];
  }

  #report(item) {
    if (item.report) return element("span", { class: "how" }, say("desk.isReport"));
    return button(say("desk.makeReport"), () => this.#map.fire("deskreport", { item }));
  }

  #offer(item, offer) {
    const what = offer.kind === "dropped" ? say("desk.offer.dropped")
      : offer.kind === "role" ? roleText(offer.role) : offer.name ?? say("desk.offer.point");
    const said = Object.fromEntries(["kind", "place", "lng", "lat", "km", "role"].map((name) => [name, offer[name]]));
    return element("p", { class: "item-offer" }, say("desk.offer", { what, reason: offer.reason }), " ",
      button(say("desk.use"), () => this.#say(item, said)));
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
    const undo = item.said.map(({ id, kind, by }) => element("p", { class: "how" }, say("desk.wasSaid", { name: by, what: kind }), " ",
      button(say("desk.undo"), () => this.#map.fire("deskundo", { id }))));
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
      choice(name, [say("desk.pin")], { isPin: true }, item.place?.startsWith("point:")));
    const said = () => {
      const { meaning } = [...choices.querySelectorAll("input")].find(({ checked }) => checked) ?? {};
      if (!meaning) return this.#map.fire("desktrouble", { message: say("desk.chooseFirst") });
      const spot = meaning.isPin ? readPosition(at.value) : { place: meaning.place };
      if (!spot) return this.#map.fire("desktrouble", { message: say("desk.writePosition") });
      return this.#say(item, { kind: "place", ...spot, ...(km.value ? { km: Number(km.value) } : {}) });
    };
    return form({ class: "desk-part" }, said, element("fieldset", {}, element("legend", {}, say("desk.place")), choices,
      this.#search(item, choices, name),
      field(say("desk.position"), at, say("desk.orDrag")),
      field(say("desk.near"), km), element("button", { type: "submit", class: "is-main" }, say("desk.move"))));
  }

  /** Other places of the gazetteer, by name. */
  #search(item, choices, name) {
    const wanted = input({ type: "search", value: item.text });
    const found = (places) => choices.prepend(
      ...places.map((each) => choice(name, placeLabel(each), { place: each.place }, false)));
    const find = button(say("desk.find"), () => this.#map.fire("deskfind", { name: wanted.value, found }));
    wanted.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        find.click();
      }
    });
    return element("div", { class: "desk-row" }, field(say("desk.another"), wanted), find);
  }

  #dateForm(item) {
    const date = input({ value: item.when?.valid_from ? item.when.edtf : "", required: "" });
    return form({ class: "desk-part desk-row" }, () => this.#say(item, { kind: "date", date: date.value.trim() }),
      field(say("desk.day"), date, say("desk.dayHint")),
      element("button", { type: "submit" }, say("desk.setDay")));
  }

  #roleForm(item) {
    const role = element("select", {}, ...this.#page.roles.map((each) => element("option",
      { value: each, ...(each === item.role ? { selected: "" } : {}) }, roleText(each))));
    return form({ class: "desk-part desk-row" }, () => this.#say(item, { kind: "role", role: role.value }),
      field(say("desk.standsFor"), role), element("button", { type: "submit" }, say("desk.set")));
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

/** A role in words; one that we do not know stays as it is. */
function roleText(role) {
  return ROLES.includes(role) ? say(`desk.role.${role}`) : role;
}

function sure({ confidence, why }) {
  if (confidence === null) return null;
  const meter = element("meter", {
    min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value: confidence, "aria-label": say("desk.howSure") });
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
