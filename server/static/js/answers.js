/** The cards of the map, asked for when the first of them is opened: who only looks need not load them. */
export class Answers {
  #map;
  #options;
  #day = null;
  #inspector = null;
  #opener = null;

  /** `options` as `Inspector` wants them. */
  constructor(map, options) {
    this.#map = map;
    this.#options = options;
    map.on("daychange", ({ day }) => (this.#day = day));
    map.on("click", async ({ latlng }) => (await this.#ready()).open(latlng.wrap()));
    // Leaflet listens for Escape only while the map itself has the focus, not a mark on it.
    map.getContainer().addEventListener("keydown", ({ key }) => key === "Escape" && this.#close());
  }

  /** Opens the cards of a story's features at a place; a reader with a keyboard (`byKey`) goes there with the focus. */
  async show(at, features, byKey = false) {
    const opener = document.activeElement;
    const box = (await this.#ready()).tell(at, features);
    if (!byKey) return;
    this.#opener = opener;
    box.focus({ preventScroll: true });
  }

  #close() {
    this.#map.closePopup();
    this.#opener?.focus();
    this.#opener = null;
  }

  #ready() {
    this.#inspector ??= import("./inspector.js").then(async ({ Inspector, look }) => {
      await look();
      return new Inspector(this.#map, this.#options, this.#day);
    });
    return this.#inspector;
  }
}
