/* What opens on the map: built node by node, so that text stays text. */

/** Everything that a place has on a day: events first. */
function placeCard(place, items, sources, label) {
  return element("div", { class: "cards" }, element("h2", { dir: "auto" }, place.name),
    items.map((item) => (item.kind === "event" ? eventCard(item, label) : mentionCard(item, sources, label))));
}

function mentionCard(row, sources, label) {
  return element("article", { class: "card" },
    element("h3", {}, "Named as ", element("q", {}, bidi(row.toponym))),
    quote(row.sentence),
    facts([
      ["When", spanText(row.days)],
      ["Date", row.time_reason],
      ["Where", row.relation ? `${row.relation}, ± ${Math.ceil(row.precision_km)} km` : null],
      ["Held", controlText(row, label)],
      ["Parts", sharesText(row.shares, label)],
      ["Changes", changesText(row.changed, label)],
      ["Certainty", row.control_certainty],
      ["Front line", frontText(row.front_km, row.front_bearing)],
      ["Evidence", row.controller ? ageText(row.age_days) : null],
      ["Rests on", Object.hasOwn(BASES, row.basis) ? BASES[row.basis] : null],
      ["Place", [percent(row.score), row.reason].filter(Boolean).join(", ")],
    ]),
    sourceList(row.sources.map((number) => sources[number])),
  );
}

function eventCard(row, label) {
  return element("article", { class: "card is-event" },
    element("h3", {}, eventText(row.type)),
    quote(row.sentence),
    facts([
      ["When", spanText(row.days)],
      ["Date", row.time_reason],
      ["By", row.actor ? label(row.actor) : row.actor_text],
      ["Against", row.target ? label(row.target) : row.target_text],
      ["Says", row.attribution],
      ["Certainty", row.certainty],
      ["Zones", [row.agreement, row.agreement_reason].filter(Boolean).join(": ")],
    ]),
  );
}

function zoneCard(row, sources, label) {
  return element("div", { class: "cards" },
    element("h2", {}, controlText(row, label)),
    facts([
      ["When", spanText(row.days)],
      ["Made by", row.method],
      ["Reach", Number.isFinite(row.evidence_max_km) ? `at most ${row.evidence_max_km} km from a reported place` : null],
      ["Confidence", row.confidence],
      ["Why", row.confidence_why],
    ]),
    sourceList(row.sources.map((number) => sources[number])),
  );
}

function quote(text) {
  return text ? element("blockquote", { dir: "auto" }, text) : null;
}

function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element("dl", {}, rows.map(([name, value]) => [element("dt", {}, name), element("dd", { dir: "auto" }, String(value))]));
}

function sourceList(rows) {
  if (!rows.length) return null;
  return element("details", {}, element("summary", {}, rows.length > 1 ? `${rows.length} sources` : "1 source"),
    element("ul", {}, rows.map((row) => {
      const rest = [row.title ? row.publisher : null, row.date, row.licence].filter(Boolean).join(", ");
      const words = row.quote ? element("q", {}, bidi(row.quote)) : null;
      return element("li", {}, link(row.url, row.title ?? row.publisher ?? row.url ?? "unnamed source"),
        rest ? element("span", { dir: "auto" }, ` · ${rest}`) : null, words);
    })));
}
