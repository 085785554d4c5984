import { dayNumber, isoDay } from "./days.js";

const VIEW = /^(\d{1,2}(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/;

/** The one module that touches the address: `#map=zoom/lat/lon&date=YYYY-MM-DD` and, where two days are compared,
 *  `&compare=YYYY-MM-DD`; `?date=` to start with. */
export class State {
  #map;
  #timer = 0;
  #day = null;
  #compared = null;

  constructor(map) {
    this.#map = map;
    map.on("moveend", () => this.#write());
    map.on("daychange", ({ day }) => {
      this.#day = day;
      this.#write();
    });
    map.on("comparechange", ({ day }) => {
      this.#compared = day;
      this.#write();
    });
    map.on("addresswanted", () => this.#writeNow());
    window.addEventListener("hashchange", () => this.#apply());
  }

  /** `{view: {zoom, lat, lng} | null, day: number | null, compared: number | null}` of the address. */
  static read() {
    const hash = new URLSearchParams(window.location.hash.slice(1));
    const query = new URLSearchParams(window.location.search);
    return {
      view: readView(hash.get("map")),
      day: dayNumber(hash.get("date")) ?? dayNumber(query.get("date")),
      compared: dayNumber(hash.get("compare")),
    };
  }

  #apply() {
    const { view, day, compared } = State.read();
    if (view) this.#map.setView([view.lat, view.lng], view.zoom);
    if (day !== null && day !== this.#day) this.#map.fire("daywanted", { day });
    if (compared !== this.#compared) this.#map.fire("comparewanted", { day: compared });
  }

  /** Late and once: browsers refuse to have their address changed sixty times a second. */
  #write() {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#writeNow(), 250);
  }

  #writeNow() {
    window.clearTimeout(this.#timer);
    const { lat, lng } = this.#map.getCenter();
    const view = `map=${Number(this.#map.getZoom().toFixed(2))}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
    const date = this.#day === null ? "" : `&date=${isoDay(this.#day)}`;
    const compared = this.#compared === null ? "" : `&compare=${isoDay(this.#compared)}`;
    window.history.replaceState(null, "", `#${view}${date}${compared}`);
  }
}

function readView(text) {
  const match = VIEW.exec(text ?? "");
  if (!match) return null;
  const [zoom, lat, lng] = match.slice(1).map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 360 ? { zoom, lat, lng } : null;
}
