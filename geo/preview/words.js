/* All English of the page. */
const EVENTS = {
  control_gain: "Taken", control_loss: "Lost", control_state: "Held", attack: "Attack", airstrike: "Air strike",
  siege: "Siege", clash: "Clash", other: "Event",
};
const STATUSES = {
  control: (a) => `Held by ${a}`,
  besieged: (a, b, by) => `Held by ${a}, besieged${by ? ` by ${by}` : ""}`,
  contested: (a, b) => (b ? `Contested between ${a} and ${b}` : `Contested; ${a} in part of it`),
  mixed: (a, b) => (b ? `Shared by ${a} and ${b}` : `Held in part by ${a}`),
  claimed: (a) => `Claimed by ${a}, not confirmed`,
  assessed_advance: (a) => `${a} reported to be advancing here`,
  unknown: () => "Not known who held it",
};
const BASES = { zone: "a control zone", report: "a report about the place itself" };
const BEARINGS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
const CAVEAT = "Zones marked “derived” are drawn around towns that reports speak of, never further from them than "
  + "their sources allow: coarse, and no survey. Where nothing is drawn, no source makes a statement.";

/** One sentence for who held a place; never silent about silence. */
function controlText(row, label) {
  if (!row.controller) return "No statement: no source says who held this place then.";
  const sides = [row.controller, row.controller_b, row.besieged_by].map((code) => (code ? label(code) : null));
  return (Object.hasOwn(STATUSES, row.status) ? STATUSES[row.status] : STATUSES.control)(...sides);
}

function eventText(type) {
  return Object.hasOwn(EVENTS, type) ? EVENTS[type] : EVENTS.other;
}

/** "12 km to the north-east", "on the front line". */
function frontText(kilometres, bearing) {
  if (!Number.isFinite(kilometres)) return null;
  if (kilometres < 0.5) return "on the front line";
  const direction = Number.isFinite(bearing) ? `, to the ${BEARINGS[Math.round(bearing / 45) % 8]}` : "";
  return `${Math.round(kilometres)} km away${direction}`;
}

function ageText(days) {
  if (!Number.isFinite(days)) return null;
  if (days === 0) return "of the same day";
  return days === 1 ? "a day old" : `${days} days old`;
}

function percent(part) {
  return Number.isFinite(part) ? `${Math.round(100 * part)} %` : null;
}

function changesText(changes, label) {
  const each = ({ day, controller }) => `${dayText(dayNumber(day))}: ${controller ? label(controller) : "no statement"}`;
  return changes?.length ? changes.map(each).join("; ") : null;
}

function sharesText(shares, label) {
  const parts = Object.entries(shares ?? {}).sort((a, b) => b[1] - a[1]);
  return parts.length ? parts.map(([code, part]) => `${code ? label(code) : "no statement"} ${percent(part)}`).join(", ") : null;
}
