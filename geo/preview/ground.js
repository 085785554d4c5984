/** The printed map below: sea, land, lakes, rivers and borders. */
function drawGround(map, { ground, frame: [west, south, east, north] }) {
  const layer = (pane, level) => {
    map.createPane(pane).style.zIndex = level;
    return { pane, renderer: L.svg({ pane, padding: 0.5 }), interactive: false };
  };
  const below = layer("ground", 200);
  const over = layer("borders", 355); // over the zones: who holds ground does not move a border
  L.rectangle([[south, west], [north, east]], { ...below, className: "sea" }).addTo(map);
  for (const each of ground.land) L.polygon(areasOf(each), { ...below, className: "land", fillRule: "evenodd" }).addTo(map);
  L.polygon(areasOf(ground.lakes), { ...below, className: "lake" }).addTo(map);
  L.polyline(linesOf(ground.provinces), { ...below, className: "province" }).addTo(map);
  L.polyline(linesOf(ground.rivers), { ...below, className: "river" }).addTo(map);
  L.polyline(linesOf(ground.borders), { ...over, className: "border" }).addTo(map);
}
