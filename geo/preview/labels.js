/** Names of the story's places, then of countries: where two would cover each other, the later one moves or stays away. */
class Labels {
  #map;
  #rows;

  constructor(map, data) {
    this.#map = map;
    map.createPane("labels").style.zIndex = 590;
    this.#rows = [
      ...inOrder(data.places).map(({ at: [lng, lat], name }) => this.#label("name", [lat, lng], name)),
      ...data.ground.names.map(([lng, lat, name]) => this.#label("country", [lat, lng], name)),
    ];
    map.on("zoomend", () => this.#place());
    this.#place();
  }

  #label(className, at, name) {
    const text = element("span", { dir: "auto" }, name);
    const icon = L.divIcon({ className: `label is-${className}`, iconSize: [0, 0], html: text });
    L.marker(at, { icon, interactive: false, keyboard: false, pane: "labels" }).addTo(this.#map);
    return { at, text, sides: className === "name" ? ["right", "left", "above", "below"] : ["middle"] };
  }

  #place() {
    const taken = [];
    for (const { at, text, sides } of this.#rows) {
      const { x, y } = this.#map.latLngToLayerPoint(at);
      const size = [text.offsetWidth, text.offsetHeight];
      const side = sides.find((each) => !taken.some((box) => overlap(box, boxOf(each, x, y, size))));
      text.parentElement.className = text.parentElement.className.replace(/ (at-\w+|is-hidden)/g, "");
      text.parentElement.classList.add(side ? `at-${side}` : "is-hidden");
      if (side) taken.push(boxOf(side, x, y, size));
    }
  }
}

/** Places where something happened come first, provinces and countries last. */
function inOrder(places) {
  const rank = ({ area, items }) => (area ? 2 : items.some((item) => item.kind === "event") ? 0 : 1);
  return [...places].sort((a, b) => rank(a) - rank(b));
}

const GAP = 15; // pixels from the middle of a mark to its label

function boxOf(side, x, y, [width, height]) {
  const left = { right: x + GAP, left: x - GAP - width }[side] ?? x - width / 2;
  const top = { above: y - GAP - height, below: y + GAP }[side] ?? y - height / 2;
  return [left, top, left + width, top + height];
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
