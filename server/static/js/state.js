import { dayNumber, isoDay } from "./days.js";

const VIEW = /^(\d{1,2}(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;

/**
 * The one module that touches the address: `#map=zoom/lat/lon&date=YYYY-MM-DD`, `from=YYYY-MM-DD` while two days are
 * compared, and `?date=` to start with.
 */
export class State {
  #map;
  #timer = 0;
  #day = null;
  #from = null;
  #seen = window.location.hash;

  constructor(map) {
    this.#map = map;
    map.on("moveend", () => this.#write());
    map.on("daychange", ({ day }) => {
      this.#day = day;
      this.#write();
    });
    map.on("rangechange", ({ from }) => {
      this.#from = from;
      this.#write();
    });
    window.addEventListener("hashchange", () => this.#apply());
  }

  /** `{view: {zoom, lat, lng} | null, day: number | null, from: number | null}` of the address. */
  static read() {
    const hash = new URLSearchParams(window.location.hash.slice(1));
    const query = new URLSearchParams(window.location.search);
    return {
      view: readView(hash.get("map")),
      day: dayNumber(hash.get("date")) ?? dayNumber(query.get("date")),
      from: dayNumber(hash.get("from")),
    };
  }

  #apply() {
    this.#seen = window.location.hash;
    const { view, day, from } = State.read();
    if (view) this.#map.setView([view.lat, view.lng], view.zoom);
    if (day !== null && day !== this.#day) this.#map.fire("daywanted", { day });
    if (from !== this.#from) this.#map.fire("rangewanted", { from });
  }

  /** Late and once: browsers refuse to have their address changed sixty times a second. */
  #write() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (window.location.hash !== this.#seen) return; // a new address that has not been heard of yet
      const { lat, lng } = this.#map.getCenter();
      const view = `map=${Number(this.#map.getZoom().toFixed(2))}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
      const days = Object.entries({ from: this.#from, date: this.#day }).filter(([, day]) => day !== null);
      window.history.replaceState(null, "", `#${[view, ...days.map(([name, day]) => `${name}=${isoDay(day)}`)].join("&")}`);
      this.#seen = window.location.hash;
    }, 250);
  }
}

function readView(text) {
  const match = VIEW.exec(text ?? "");
  if (!match) return null;
  const [zoom, lat, lng] = match.slice(1).map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 360 ? { zoom, lat, lng } : null;
}
