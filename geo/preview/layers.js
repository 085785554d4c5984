/** Zones and fronts, each on the map exactly on its days. */
class DatedShapes {
  #map;
  #fills;
  #rows;

  constructor(map, data, fills) {
    this.#map = map;
    this.#fills = fills;
    for (const [name, level] of [["zones", 350], ["fronts", 360]]) map.createPane(name).style.zIndex = level;
    const [areas, lines] = ["zones", "fronts"].map((pane) => L.svg({ pane, padding: 0.5 }));
    this.#rows = [
      ...data.zones.map((row) => ({ row, layer: this.#zone(row, data, areas) })),
      ...data.fronts.map((row) => ({ row, layer: this.#front(row, lines) })),
    ];
  }

  show(day) {
    for (const { row, layer } of this.#rows) {
      const wanted = holds(row.days, day);
      if (wanted !== this.#map.hasLayer(layer)) wanted ? layer.addTo(this.#map) : layer.remove();
      if (wanted && row.shape.areas) this.#paint(row, layer, day);
    }
  }

  #zone(row, data, renderer) {
    const style = { renderer, pane: "zones", className: "zone", smoothFactor: 0, color: this.#fills.edge(row.controller), fillOpacity: 1, weight: 1.25 };
    return L.polygon(areasOf(row.shape), { ...style, dashArray: row.besieged_by || row.status === "besieged" ? "6 4" : null })
      .bindPopup(() => zoneCard(row, data.sources, (code) => this.#fills.label(code)), { ...POPUP, maxWidth: CARD });
  }

  #front(row, renderer) {
    return L.polyline(linesOf(row.shape), { interactive: false, renderer, pane: "fronts", className: "front", smoothFactor: 0 });
  }

  #paint(row, layer, day) {
    layer.setStyle({ fillColor: this.#fills.of(row, holds(row.sure, day)) });
  }
}
