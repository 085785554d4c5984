/** Puts a story on its map; the only function that is called from outside. */
function start(map, data) {
  document.title = data.title;
  const fills = new Fills(data.styles);
  drawGround(map, data);
  look(map, data);
  new Labels(map, data);
  const layers = [new DatedShapes(map, data, fills), new Places(map, data, fills)];
  const show = (day) => layers.forEach((layer) => layer.show(day));
  const slider = data.days ? new TimeSlider(data.days, changesOf(data), show) : null;
  const [panel, bar] = [keyPanel(data, fills), slider?.box ?? element("div")];
  for (const box of [panel, bar]) {
    map.getContainer().append(box);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
  }
  credit(map);
  // Leaflet listens for Escape only while the map itself has the focus, not a mark on it.
  map.getContainer().addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());
  show(slider ? slider.day : null);
}

const CARD = Math.min(360, window.innerWidth - 60);

/* A card opens beside the panel and above the time bar. */
const WIDE = window.matchMedia("(min-width: 60rem)").matches;
const POPUP = { autoPanPaddingTopLeft: WIDE ? [400, 12] : [8, 110], autoPanPaddingBottomRight: [WIDE ? 60 : 8, 130] };

/** Where the map looks first, and how far a reader can go. */
function look(map, { view: [west, south, east, north], frame }) {
  map.getContainer().setAttribute("aria-label", "Map of the story");
  map.fitBounds([[south, west], [north, east]], {
    paddingTopLeft: [WIDE ? 400 : 16, WIDE ? 40 : 110], paddingBottomRight: [WIDE ? 90 : 16, 130], maxZoom: 10, animate: false,
  });
  map.setMinZoom(map.getZoom() - 2);
  map.setMaxBounds(L.latLngBounds([frame[1], frame[0]], [frame[3], frame[2]]).pad(0.1));
}

function credit(map) {
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution("Leaflet · Natural Earth · WDBII/GSHHG");
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
}

/** The days on which the picture changes, and how many things of the story begin on each. */
function changesOf(data) {
  const { first, last } = data.days;
  const items = data.places.flatMap((place) => place.items);
  const ends = [...items, ...data.zones, ...data.fronts].flatMap((row) => row.days);
  const inside = (day) => day !== null && first <= day && day <= last;
  const marks = new Map();
  for (const { days: [from] } of items) if (inside(from)) marks.set(from, (marks.get(from) ?? 0) + 1);
  return { changes: [...new Set(ends.filter(inside))].sort((a, b) => a - b), marks };
}
