/** What the map says in sentences; all of its English is in this file and `legend.js`. */

const STATUS = {
  control: (a) => `Held by ${a}`,
  besieged: (a, b, by) => `Held by ${a}, besieged${by ? ` by ${by}` : ""}`,
  contested: (a, b) => (b ? `Contested between ${a} and ${b}` : `Contested; ${a} in part of it`),
  mixed: (a, b) => (b ? `Shared by ${a} and ${b}` : `Held in part by ${a}`),
  claimed: (a) => `Claimed by ${a}, not confirmed`,
  assessed_advance: (a) => `${a} reported to be advancing here`,
  unknown: () => "Not known who held it",
};

const EVENT = {
  control_gain: "Taken",
  control_loss: "Lost",
  control_state: "Held",
  attack: "Attack",
  airstrike: "Air strike",
  siege: "Siege",
  clash: "Clash",
  other: "Event",
};

const BEARINGS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

/** One sentence for who held a place; never silent about silence. */
export function controlSentence(control, style) {
  if (!control?.controller) return "No statement: no source says who held this place on that day.";
  const [a, b, by] = [control.controller, control.controller_b, control.besieged_by]
    .map((code) => (code ? style.label(code) : null));
  return (STATUS[control.status] ?? STATUS.control)(a, b, by);
}

export function eventWord(type) {
  return EVENT[type] ?? EVENT.other;
}

/** "12 km to the north-east", "on the front line". */
export function frontText(kilometres, bearing) {
  if (kilometres === null || kilometres === undefined) return null;
  if (kilometres < 0.5) return "on the front line";
  const direction = Number.isFinite(bearing) ? ` to the ${BEARINGS[Math.round(bearing / 45) % 8]}` : "";
  return `${Math.round(kilometres)} km${direction}`;
}

/** "the same day", "12 days earlier". */
export function ageText(days) {
  if (days === null || days === undefined) return null;
  if (days === 0) return "the same day";
  return days === 1 ? "a day earlier" : `${days} days earlier`;
}

export function percent(score) {
  return score === null || score === undefined ? null : `${Math.round(100 * score)} %`;
}

/** "36.616° N, 37.447° E". */
export function positionText({ lat, lng }) {
  const north = `${Math.abs(lat).toFixed(3)}° ${lat < 0 ? "S" : "N"}`;
  return `${north}, ${Math.abs(lng).toFixed(3)}° ${lng < 0 ? "W" : "E"}`;
}
