import { DivIcon, Marker } from "./leaflet.js";
import { contains, dayNumber } from "./days.js";
import { element } from "./dom.js";

const CLOSE = 9; // zoom that shows a town among its neighbours
const WIDE = [[/^PCL/, 6], [/^(ADM1|RGN)/, 8]]; // zooms that show a country, a province

/** A story beside its map: its places as marks; a click in the text flies there and sets the day. */
export class Story {
  #atlas;
  #story;
  #marks = [];
  #day = null;

  constructor(atlas, story) {
    this.#atlas = atlas;
    this.#story = story;
    this.#pin();
    atlas.map.on("daychange", ({ day }) => this.#show(day));
    document.addEventListener("click", (event) => this.#follow(event));
  }

  /** The story's own places as `PlaceLabels` wants them: before all others, clear of their marks. */
  static names(story) {
    return byPosition(pinned(story)).map(([{ id, place, name, relation, at }]) => (
      { id: relation ? id : place ?? id, name: relation ?? name ?? "", latlng: at, rank: 9, kind: "marked" }));
  }

  /** By id what the map can go to. */
  static spots({ mentions, events }) {
    return new Map([...mentions, ...events].filter(({ at }) => at).map((feature) => [feature.id, feature]));
  }

  /** The days on which something happened. */
  static days({ events }) {
    return events.map(({ valid_from: from }) => dayNumber(from)).filter((day) => day !== null);
  }

  #pin() {
    for (const features of byPosition(pinned(this.#story))) {
      const names = [...new Set(features.map(({ relation, name, toponym }) => relation ?? name ?? toponym))].join(", ");
      const icon = new DivIcon({ className: "story-mark", html: element("span"), iconSize: [26, 26] });
      const marker = new Marker(features[0].at, { icon, title: names, alt: names, riseOnHover: true });
      marker.on("click", () => this.#open(features[0].at, features));
      marker.on("keydown", ({ originalEvent: event }) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        this.#open(features[0].at, features, true);
      });
      this.#marks.push({ marker: marker.addTo(this.#atlas.map), features });
    }
  }

  /** Marks whose own days hold the day are full, the others pale. */
  #show(day) {
    this.#day = day;
    for (const { marker, features } of this.#marks) {
      marker.getElement()?.classList.toggle("is-now", features.some((feature) => holds(feature, day)));
    }
    for (const mark of document.querySelectorAll("[data-feature]")) {
      const feature = this.#find(mark.dataset.feature);
      mark.classList.toggle("is-now", Boolean(feature) && holds(feature, day));
    }
  }

  #follow(event) {
    const mark = event.target.closest?.("[data-feature]");
    const feature = mark && this.#find(mark.dataset.feature);
    if (!feature?.at) return; // a place on no map: the link goes to its row in the table
    event.preventDefault();
    this.#goTo(feature);
  }

  #goTo(feature) {
    const { map } = this.#atlas;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const day = dayNumber(feature.valid_from);
    if (day !== null && !holds(feature, this.#day)) map.fire("daywanted", { day });
    const wide = WIDE.find(([codes]) => codes.test(feature.feature_code))?.[1];
    map.once("moveend", () => this.#open(feature.at, [feature])); // there, so that the card can be fitted in
    map.flyTo(feature.at, wide ?? Math.max(map.getZoom(), CLOSE), { animate: !calm, duration: 0.8 });
  }

  #open(at, features, byKey) {
    this.#atlas.answers.show(at, features.slice(0, 12), byKey);
  }

  #find(id) {
    return [...this.#story.mentions, ...this.#story.events].find((feature) => feature.id === id);
  }
}

function holds({ valid_from: from, valid_to: to }, day) {
  return contains(dayNumber(from), dayNumber(to), day);
}

/** What gets a mark: places and events with a position; a country or a province is no point. */
function pinned(story) {
  if (!story) return [];
  const isWide = ({ feature_code: code }) => WIDE.some(([codes]) => codes.test(code));
  const areas = new Set(story.mentions.filter(isWide).map(({ place }) => place));
  const rows = [...story.mentions.filter(({ role }) => role === "literal"), ...story.events];
  return rows.filter(({ at, place }) => at && !areas.has(place));
}

function byPosition(features) {
  const groups = new Map();
  for (const feature of features) {
    const key = feature.at.join();
    groups.set(key, [...(groups.get(key) ?? []), feature]);
  }
  return [...groups.values()];
}
