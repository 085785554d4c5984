/** Puts a map together: basemap, dated layers, labels, time bar, legend, address, answers. */
import { Control, Map as LeafletMap } from "./leaflet.js";
import { Answers } from "./answers.js";
import { Basemap } from "./basemap.js";
import { FrontLayer } from "./front-layer.js";
import { PlaceLabels } from "./labels.js";
import { Legend } from "./legend.js";
import { PointLayer } from "./point-layer.js";
import { TimeSlider } from "./slider.js";
import { say } from "./speech.js";
import { Story } from "./story.js";
import { Style } from "./style.js";
import { TileSource } from "./tiles.js";
import { ZoneLayer } from "./zone-layer.js";

const LINGER = 28; // days for which a mention or an event stays, paler
const NAMES_ZOOM = 7; // a few tiles hold the names for every zoom
const PANES = { zones: 200, fronts: 350, mentions: 380, events: 381 };

/** `page` is the data that the server put into the page, see `server/page.py`; `view` where to start instead. */
export async function openAtlas(boxes, page, view = null) {
  const map = openMap(boxes.map, page, view);
  const countries = new Basemap(map, page.urls.basemap).load();
  const style = new Style(page.actors);
  new Legend(map, boxes.legend, style);
  const { layers, twin, labels: named, told } = await openLayers(map, style, page);
  const labels = named && new PlaceLabels(map, named, countries.then((names) => [...names, ...Story.names(page.story)]));
  map.on("daychange", ({ day }) => Object.values(layers).forEach((layer) => layer.setDay(day)));
  style.onTheme(() => Object.values(layers).forEach((layer) => layer.repaint()));
  const { mentions, events } = layers;
  const points = Object.fromEntries(Object.entries({ mentions, events }).filter(([, layer]) => layer));
  const asked = { url: page.urls.control, zones: layers.zones };
  const answers = new Answers(map, { layers: points, style, asked, language: page.language });
  if (page.frozen) {
    const { FrozenDay } = await import("./frozen-day.js");
    return { map, answers, style, slider: new FrozenDay(map, boxes.time, page.language) };
  }
  const [first, last] = page.days;
  const counts = page.story ? Story.days(page.story).map((day) => [day, 1]) : told.events?.day_counts ?? [];
  const { language, urls: { changes: url } } = page;
  const slider = new TimeSlider(map, boxes.time, { first, last, language, counts, told, style, url });
  if (!("frozen" in page) && map.getSize().x >= 600) slider.tools().then((tools) => tools.toggle()); // a frame waits
  return { map, answers, style, slider, layers, twin, labels };
}

function openMap(box, { bounds }, view) {
  const map = new LeafletMap(box, {
    attributionControl: false, fadeAnimation: false, maxZoom: 13, minZoom: 4, worldCopyJump: true, zoomControl: false,
  });
  const free = document.documentElement.dir === "rtl" ? "topleft" : "topright"; // the key is in the other corner
  const titles = { zoomInTitle: say("map.zoomIn"), zoomOutTitle: say("map.zoomOut") };
  map.addControl(new Control.Zoom({ position: free, ...titles }));
  map.addControl(new Control.Scale({ position: "bottomleft", imperial: false }));
  map.addControl(new Control.Attribution({ prefix: false }).addAttribution("Leaflet"));
  for (const [name, zIndex] of Object.entries(PANES)) {
    Object.assign(map.createPane(name).style, { zIndex, pointerEvents: "none" });
  }
  const [west, south, east, north] = bounds;
  if (view) map.setView([view.lat, view.lng], view.zoom);
  else map.fitBounds([[south, west], [north, east]]);
  return map;
}

async function openLayers(map, style, page) {
  const make = {
    zones: (source, options) => new ZoneLayer(source, style, options),
    fronts: (source, options) => new FrontLayer(source, style, options),
    mentions: (source, options) => new PointLayer(source, style, { ...options, mark: "ring" }),
    events: (source, options) => new PointLayer(source, style, { ...options, mark: "diamond" }),
  };
  const sources = await Promise.all([...page.layers, "places"].map((name) => describe(name, page)));
  const layers = {};
  page.layers.forEach((name, index) => {
    if (!sources[index]) return;
    layers[name] = make[name](sources[index], { pane: name, attribution: name === "zones" ? escaped(page.credits) : "" });
    layers[name].addTo(map);
  });
  layers.zones?.on("timeline", ({ timeline }) => map.fire("zonesseen", { zones: timeline.features }));
  const told = Object.fromEntries(page.layers.map((name, index) => [name, sources[index]?.description ?? {}]));
  const twin = (name, pane) => make[name](sources[page.layers.indexOf(name)], { pane });
  return { layers, twin, labels: sources.at(-1), told };
}

/** Leaflet writes an attribution as HTML, and a source names itself as it likes. */
function escaped(text) {
  const box = document.createElement("span");
  box.textContent = text;
  return box.innerHTML;
}

/** `archives`: those of a published map, where no service makes tiles. */
async function describe(name, { urls, archives }) {
  if (archives && !archives[name]) return null;
  const response = await fetch(urls.tilejson.replace("{collection}", name));
  if (!response.ok) return null;
  const linger = ["mentions", "events"].includes(name) ? LINGER : 0;
  const deepest = name === "places" ? NAMES_ZOOM : Infinity;
  const description = await response.json();
  if (archives) {
    const { ArchiveSource } = await import("./archive-source.js"); // no other page pays for it
    return ArchiveSource.open(description, archives[name], { linger, deepest });
  }
  return new TileSource(description, { url: urls.tiles.replace("{collection}", name), linger, deepest });
}
