import { CircleMarker, GeoJSON } from "./leaflet.js";
import { element } from "./dom.js";
import { areaOf, lengthOf } from "./ground.js";
import { Panel } from "./panel.js";
import { say } from "./speech.js";

/** Distance along points and the area inside them, set by clicks or, with the keys, in the middle of the map. */
export function openMeasure(given) {
  return new Measure(given).close;
}

class Measure {
  #map;
  #numbers;
  #points = [];
  #drawing;
  #figures = element("dl", { class: "measured", "aria-live": "polite" });
  #back;
  #panel;
  #ended = new AbortController();

  close = () => this.#panel.close();

  constructor({ map, atlas, page, closed }) {
    this.#map = map;
    this.#numbers = new Intl.NumberFormat(page.language, { maximumSignificantDigits: 4 });
    const pointToLayer = (_, at) => new CircleMarker(at, { radius: 4, fillOpacity: 1, interactive: false });
    this.#drawing = new GeoJSON(null, { interactive: false, style: () => this.#look(), pointToLayer }).addTo(map);
    const set = element("button", { type: "button" }, say("measure.set"));
    set.addEventListener("click", () => this.#add(map.getCenter()));
    this.#back = element("button", { type: "button", disabled: "" }, say("measure.back"));
    this.#back.addEventListener("click", () => this.#takeBack());
    const parts = [element("p", { class: "panel-hint" }, say("measure.how")), this.#figures,
      element("div", { class: "panel-acts" }, set, this.#back)];
    this.#panel = new Panel(atlas, say("measure.title"), parts, () => this.#end(closed));
    this.#listen(map.getContainer());
    set.focus();
    this.#show();
  }

  /** Before the map itself hears of a click, so that it does not answer who held the point. */
  #listen(box) {
    const { signal } = this.#ended;
    box.classList.add("is-measuring");
    this.#map.doubleClickZoom.disable();
    this.#map.closePopup();
    box.addEventListener("click", (event) => this.#click(event), { capture: true, signal });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === box) this.#add(this.#map.getCenter());
    }, { signal });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.close(), { signal });
  }

  #click(event) {
    if (event.target.closest(".leaflet-control, .leaflet-popup, .swipe") || this.#map.dragging.moved()) return;
    event.stopImmediatePropagation();
    this.#add(this.#map.mouseEventToLatLng(event));
  }

  #add({ lat, lng }) {
    this.#points = [...this.#points, { lat, lng }];
    this.#show();
  }

  #takeBack() {
    this.#points = this.#points.slice(0, -1);
    this.#show();
  }

  #show() {
    const [km, km2] = [lengthOf(this.#points), areaOf(this.#points)].map((value) => this.#numbers.format(value));
    const area = this.#points.length > 2 ? figure("area", say("measure.km2", { value: km2 })) : [];
    this.#figures.replaceChildren(...figure("distance", say("measure.km", { value: km })), ...area);
    this.#back.disabled = !this.#points.length;
    this.#drawing.clearLayers();
    if (this.#points.length) this.#drawing.addData(this.#shape());
  }

  /** The line, what it closes, and a dot for each point. */
  #shape() {
    const line = this.#points.map(({ lat, lng }) => [lng, lat]);
    const geometries = line.map((at) => ({ type: "Point", coordinates: at }));
    if (line.length > 1) geometries.unshift({ type: "LineString", coordinates: line });
    if (line.length > 2) geometries.unshift({ type: "Polygon", coordinates: [[...line, line[0]]] });
    return geometries.map((geometry) => ({ type: "Feature", properties: {}, geometry }));
  }

  #look() {
    const color = getComputedStyle(this.#map.getContainer()).getPropertyValue("--accent").trim();
    return { color, weight: 2.5, fillColor: color, fillOpacity: 0.1, dashArray: null };
  }

  #end(closed) {
    this.#ended.abort();
    this.#drawing.remove();
    this.#map.doubleClickZoom.enable();
    this.#map.getContainer().classList.remove("is-measuring");
    closed();
  }
}

function figure(key, words) {
  return [element("dt", {}, say(`measure.${key}`)), element("dd", {}, element("bdi", {}, words))];
}
