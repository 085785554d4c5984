/** The places of the story, each with what is told of it on the day. */
class Places {
  #map;
  #data;
  #fills;
  #day = null;
  #rows;

  constructor(map, data, fills) {
    this.#map = map;
    this.#data = data;
    this.#fills = fills;
    this.#rows = data.places.map((place) => ({ place, marker: null, key: "" }));
  }

  show(day) {
    this.#day = day;
    for (const row of this.#rows) {
      const items = this.#items(row.place);
      const key = items.map((item) => row.place.items.indexOf(item)).join();
      if (key === row.key) continue;
      row.key = key;
      if (!items.length) row.marker.remove();
      else if (!row.marker) row.marker = this.#marker(row.place, items).addTo(this.#map);
      else this.#change(row, items);
    }
  }

  #change({ place, marker }, items) {
    marker.setIcon(this.#icon(place, items));
    marker.addTo(this.#map);
    if (marker.isPopupOpen()) marker.getPopup().update();
  }

  #items(place) {
    return place.items.filter((item) => this.#day === null || holds(item.days, this.#day));
  }

  #marker(place, items) {
    const [lng, lat] = place.at;
    const marker = L.marker([lat, lng], { icon: this.#icon(place, items), title: place.name, riseOnHover: true });
    const label = (code) => this.#fills.label(code);
    return marker.bindPopup(() => placeCard(place, this.#items(place), this.#data.sources, label), { ...POPUP, maxWidth: CARD, minWidth: 220 });
  }

  /** A dot in the colour of who held it, a diamond where something happened, an open square for a whole province. */
  #icon(place, items) {
    const held = items.find((item) => item.kind === "mention" && item.controller);
    const happened = items.some((item) => item.kind === "event");
    const vague = items.every((item) => !holds(item.sure, this.#day ?? 0));
    const kind = happened ? "is-event" : place.area ? "is-area" : "is-mention";
    const sign = element("span", { class: `mark ${kind}${vague ? " is-vague" : ""}` });
    sign.style.setProperty("--held", held ? this.#fills.style(held.controller).colour : "#fffdf9");
    return L.divIcon({ className: "place", iconSize: [28, 28], html: element("div", {}, sign) });
  }
}
