import { dayNumber, isoDay } from "./days.js";

const VIEW = /^(\d{1,2}(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;

/**
 * The one module that touches the address: `#map=zoom/lat/lon&date=YYYY-MM-DD`; `from=YYYY-MM-DD` while what changed
 * since then is shown, `compare=YYYY-MM-DD` while two days lie side by side; `?date=` to start with.
 */
export class State {
  #map;
  #timer = 0;
  #day = null;
  #compared = null;
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
    map.on("comparechange", ({ day }) => {
      this.#compared = day;
      this.#write();
    });
    map.on("addresswanted", () => this.#writeNow());
    window.addEventListener("hashchange", () => this.#apply());
  }

  /** `{view: {zoom, lat, lng} | null, day, from, compared}` of the address, each day a number or `null`. */
  static read() {
    const hash = new URLSearchParams(window.location.hash.slice(1));
    const query = new URLSearchParams(window.location.search);
    return {
      view: readView(hash.get("map")),
      day: dayNumber(hash.get("date")) ?? dayNumber(query.get("date")),
      compared: dayNumber(hash.get("compare")),
      from: dayNumber(hash.get("from")),
    };
  }

  #apply() {
    this.#seen = window.location.hash;
    const { view, day, from, compared } = State.read();
    if (view) this.#map.setView([view.lat, view.lng], view.zoom);
    if (day !== null && day !== this.#day) this.#map.fire("daywanted", { day });
    if (from !== this.#from) this.#map.fire("rangewanted", { from });
    if (compared !== this.#compared) this.#map.fire("comparewanted", { day: compared });
  }

  /** Late and once: browsers refuse to have their address changed sixty times a second. */
  #write() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (window.location.hash === this.#seen) this.#writeNow(); // else a new address that has not been heard of yet
    }, 250);
  }

  #writeNow() {
    window.clearTimeout(this.#timer);
    const { lat, lng } = this.#map.getCenter();
    const view = `map=${Number(this.#map.getZoom().toFixed(2))}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
    const days = Object.entries({ from: this.#from, date: this.#day, compare: this.#compared })
      .filter(([, day]) => day !== null).map(([name, day]) => `${name}=${isoDay(day)}`);
    window.history.replaceState(null, "", `#${[view, ...days].join("&")}`);
    this.#seen = window.location.hash;
  }
}

function readView(text) {
  const match = VIEW.exec(text ?? "");
  if (!match) return null;
  const [zoom, lat, lng] = match.slice(1).map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 360 ? { zoom, lat, lng } : null;
}
