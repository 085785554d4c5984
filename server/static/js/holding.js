/** Who held a point, asked of the service; `drawn.js` is the same without one. */
import { isoDay } from "./days.js";

/** Answers of `/api/control`. */
export class Service {
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
