/** Who held a point: asked of the service, or where there is none of the zones in the picture. */
import { isoDay } from "./days.js";

/** `url`: of `/api/control`, or none; `zones`: the layer of them, if the map has one. */
export function control({ url, zones }) {
  return url ? new Service(url) : new Drawn(zones);
}

class Service {
  #url;

  constructor(url) {
    this.#url = url;
  }

  /** What held on a day. */
  on(latlng, day) {
    return this.#fetch(latlng, { datetime: isoDay(day) });
  }

  /** All that is known of a point. */
  async history(latlng) {
    return (await this.#fetch(latlng, {})).history;
  }

  async #fetch({ lng, lat }, parameters) {
    const query = new URLSearchParams({ lon: lng.toFixed(5), lat: lat.toFixed(5), ...parameters });
    const response = await fetch(`${this.#url}?${query}`);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? response.statusText);
    return answer;
  }
}

/** The zones know no front line and no source; `history` is none. */
class Drawn {
  #zones;
  history = null;

  constructor(zones) {
    this.#zones = zones;
  }

  on(latlng, day) {
    const [zone] = this.#zones?.near(latlng, 0) ?? [];
    if (!zone) return {};
    const [first, end] = zone.certain;
    return { ...zone.properties, basis: "zone", certainty: first <= day && day < end ? "certain" : "uncertain" };
  }
}
