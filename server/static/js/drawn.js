/** Answers of the zones in the picture. They know no front line and no source; `history` is none. */
export class Drawn {
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
