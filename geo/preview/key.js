/** Title and key. It names every side that the map shows on some day. */
function keyPanel(data, fills) {
  const sides = [...new Set(data.zones.flatMap((zone) => [zone.controller, zone.controller_b]))].filter(Boolean);
  const marks = [["mark-key is-mention", "A place that the story names"], ["mark-key is-event", "Something happened there"]];
  if (data.fronts.length) marks.push(["mark-key is-front", "Front line"]);
  const rows = [
    ...sides.sort().map((code) => [swatch(fills.of({ controller: code })), fills.label(code)]),
    ...special(data.zones, fills),
    ...marks.map(([name, text]) => [element("span", { class: name }), text]),
  ];
  const panel = element("details", { class: "key" }, element("summary", {}, "Key"),
    element("ul", {}, rows.map(([sign, text]) => element("li", {}, sign, bidi(text)))),
    data.zones.length ? element("p", {}, CAVEAT) : null,
    data.outside.length ? element("p", { class: "outside" }, "Also named, not marked here: ", bidi(data.outside.join(", "))) : null);
  panel.open = WIDE;
  return element("section", { class: "panel", "aria-label": "Title and key" }, element("h1", { dir: "auto" }, data.title), panel);
}

/** What stripes and hatching mean, where the map has them. */
function special(zones, fills) {
  const both = zones.find((zone) => zone.controller_b);
  const low = zones.find((zone) => !zone.controller_b && zone.confidence === "low");
  const any = zones[0];
  return [
    both ? [swatch(fills.of(both)), "Contested or shared by two"] : null,
    any ? [swatch(fills.of({ controller: (low ?? any).controller }, false)), "Hatched: low confidence, or its days are uncertain"] : null,
  ].filter(Boolean);
}

function swatch(fill) {
  return figure("svg", { width: 28, height: 18, "aria-hidden": "true", class: "swatch" },
    figure("rect", { width: 28, height: 18, fill }));
}
