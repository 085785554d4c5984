import { element } from "./dom.js";
import { Panel } from "./panel.js";
import { say } from "./speech.js";

const PAUSE = 180; // milliseconds after the last key before it asks
const TOWN = 11; // zoom that shows a town
const ZOOMS = { country: 6, province: 8, region: 8, district: 9, mountain: 9, water: 9 };
const KINDS = [
  [/^PCL/, "country"], [/^ADM1/, "province"], [/^ADM/, "district"], [/^PPLX$/, "quarter"], [/^PPL/, "town"],
  [/^AIR/, "airfield"], [/^(INSM|NSY|MILB)$/, "base"], [/^(PSTB|BDG|PASS)$/, "crossing"], [/^DAM$/, "dam"],
  [/^CMP/, "camp"], [/^(OIL|GAS|MFG|PMPO|PS$|AGRF)/, "plant"], [/^(MT|HLL)/, "mountain"], [/^(STM|LK|RSV|CNL)/, "water"],
  [/^(RGN|DSRT|PLN|VAL|ISL)/, "region"],
];

/** A combobox over the gazetteer, as the ARIA Authoring Practices describe it; a choice flies there and asks who held it. */
export function openSearch(given) {
  return new Search(given).close;
}

class Search {
  #map;
  #url;
  #input;
  #list = element("ul", { class: "search-list", role: "listbox", id: "search-list" });
  #status = element("p", { class: "panel-status", role: "status" });
  #panel;
  #countries;
  #found = [];
  #active = -1;
  #asking = null;
  #timer = 0;

  close = () => this.#panel.close();

  constructor({ map, atlas, page, closed }) {
    this.#map = map;
    this.#url = page.urls.places;
    this.#countries = new Intl.DisplayNames([page.language], { type: "region", fallback: "code" });
    this.#input = element("input", {
      type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "search-list", "aria-autocomplete": "list",
      "aria-label": say("search.title"), "aria-describedby": "search-hint", autocomplete: "off", spellcheck: "false",
      dir: "auto", maxlength: "100", class: "search-input",
    });
    this.#list.setAttribute("aria-label", say("search.title"));
    const hint = element("p", { class: "panel-hint", id: "search-hint" }, say("search.hint"));
    this.#panel = new Panel(atlas, say("search.title"), [this.#input, hint, this.#status, this.#list], () => {
      this.#asking?.abort();
      window.clearTimeout(this.#timer);
      closed();
    });
    this.#listen();
    this.#input.focus();
  }

  #listen() {
    this.#input.addEventListener("input", () => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#ask(), PAUSE);
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    this.#list.addEventListener("click", ({ target }) => {
      const row = target.closest("[role=option]");
      if (row) this.#choose([...this.#list.children].indexOf(row));
    });
  }

  async #ask() {
    const name = this.#input.value.trim();
    this.#asking?.abort();
    if (!name) {
      this.#show([], "");
      return;
    }
    const asking = (this.#asking = new AbortController());
    this.#status.textContent = say("tools.asking");
    try {
      const response = await fetch(`${this.#url}?${new URLSearchParams({ name, typing: 1 })}`, { signal: asking.signal });
      const answer = await response.json();
      if (!response.ok) throw new Error(answer.detail ?? response.statusText);
      this.#show(answer.places, answer.places.length ? "" : say("search.none"));
    } catch (error) {
      if (!asking.signal.aborted) this.#show([], say("tools.trouble", { reason: error.message }));
    }
  }

  #show(places, words) {
    this.#found = places;
    this.#status.textContent = words;
    this.#list.replaceChildren(...places.map((place, index) => this.#row(place, index)));
    this.#input.setAttribute("aria-expanded", String(places.length > 0));
    this.#point(-1);
  }

  #row(place, index) {
    const where = [say(`place.${kindOf(place)}`), place.admin1, this.#country(place.country)].filter(Boolean).join(" · ");
    const local = place.local_name && place.local_name !== place.name ? place.local_name : null;
    const why = say("search.as", { how: say(`search.how.${place.found_by}`), name: place.as });
    const names = [element("bdi", {}, place.name), local && element("bdi", { class: "search-local" }, local)];
    return element("li", { role: "option", id: `search-${index}`, "aria-selected": "false" },
      element("span", { class: "search-name" }, ...names),
      element("span", { class: "search-where" }, where),
      place.as === place.name ? null : element("span", { class: "search-why" }, why));
  }

  #country(code) {
    return /^[A-Z]{2}$/.test(code) ? this.#countries.of(code) : code;
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.#found.length;
    if (step && count) {
      event.preventDefault();
      this.#point(this.#active < 0 && step < 0 ? count - 1 : (this.#active + step + count) % count);
    } else if (event.key === "Enter" && this.#found.length) {
      event.preventDefault();
      this.#choose(Math.max(0, this.#active));
    } else if (event.key === "Escape" && this.#found.length) {
      event.preventDefault(); // the first time it closes the list, the second time the panel
      this.#show([], "");
    }
  }

  #point(index) {
    this.#list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const row = this.#list.children[index];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.#input.setAttribute("aria-activedescendant", row.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  /** Goes there; a click in the middle asks who held it, as everywhere on the map. */
  #choose(index) {
    const place = this.#found[index];
    this.close();
    goTo(this.#map, place, ZOOMS[kindOf(place)] ?? TOWN);
  }
}

/** Flies to a place, or is there at once for readers who asked for less motion, and opens who held it that day. */
export function goTo(map, { lat, lon: lng }, zoom) {
  const at = { lat, lng };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const open = () => map.fire("click", { latlng: map.wrapLatLng(at) });
  map.closePopup();
  if (map.getZoom() === zoom && map.distance(map.getCenter(), at) < 10) {
    open();
    return;
  }
  map.once("moveend", open);
  map.flyTo(at, zoom, { animate: !calm, duration: 0.8 });
}

function kindOf({ feature_code: code }) {
  return KINDS.find(([pattern]) => pattern.test(code))?.[1] ?? "site";
}
