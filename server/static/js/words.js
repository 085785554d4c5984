/** What the map says in sentences. */
import { dayNumber, mediumDay } from "./days.js";
import { say, sayCount, sayNumber } from "./speech.js";

/** How a status is told of one side, and of two. */
const STATUS = {
  besieged: ["control.besieged", "control.besieged"],
  contested: ["control.contestedPart", "control.contested"],
  mixed: ["control.part", "control.shared"],
  claimed: ["control.claimed", "control.claimed"],
  assessed_advance: ["control.advance", "control.advance"],
  unknown: ["control.unknown", "control.unknown"],
};

const EVENTS = ["control_gain", "control_loss", "control_state", "attack", "airstrike", "siege", "clash"];
const LEVELS = ["high", "medium", "low", "certain", "uncertain", "reported", "claimed", "hypothetical", "agrees", "contradicts"];

/** One sentence for who held a place; never silent about silence. */
export function controlSentence(control, style) {
  if (!control?.controller) return say("control.silent");
  const [a, b, by] = [control.controller, control.controller_b, control.besieged_by]
    .map((code) => (code ? style.label(code) : null));
  if (control.status === "besieged" && by) return say("control.besiegedBy", { a, b: by });
  const [ofOne, ofTwo] = STATUS[control.status] ?? ["control.held", "control.held"];
  return say(b ? ofTwo : ofOne, { a, b });
}

export function eventWord(type) {
  return say(`event.${EVENTS.includes(type) ? type : "any"}`);
}

/** How sure something is, or whether two agree; a word that we do not know stays as it is. */
export function levelWord(name) {
  return LEVELS.includes(name) ? say(`level.${name}`) : name;
}

/** "12 km to the north-east", "on the front line". */
export function frontText(kilometres, bearing) {
  if (kilometres === null || kilometres === undefined) return null;
  if (kilometres < 0.5) return say("front.on");
  const km = sayNumber(Math.round(kilometres));
  if (!Number.isFinite(bearing)) return say("front.away", { km });
  return say("front.to", { km, bearing: say(`bearing.${Math.round(bearing / 45) % 8}`) });
}

/** "the same day", "12 days earlier". */
export function ageText(days) {
  if (days === null || days === undefined) return null;
  return days === 0 ? say("age.same") : sayCount("age.days", days);
}

export function percent(score) {
  return score === null || score === undefined ? null : sayNumber(score, { style: "percent" });
}

/** "36.616° N, 37.447° E": letters and digits of coordinates are the same everywhere. */
export function positionText({ lat, lng }) {
  const north = `${Math.abs(lat).toFixed(3)}° ${lat < 0 ? "S" : "N"}`;
  return `${north}, ${Math.abs(lng).toFixed(3)}° ${lng < 0 ? "W" : "E"}`;
}

/** "11 April 2016", or "5 May 2016 to 3 June 2016", of a half-open span in ISO text. */
export function spanText(from, to, language) {
  const [first, end] = [dayNumber(from), dayNumber(to)];
  if (first === null && end === null) return say("span.undated");
  if (first === null) return say("span.until", { day: mediumDay(end - 1, language) });
  if (end === null) return say("span.from", { day: mediumDay(first, language) });
  if (end - first <= 1) return mediumDay(first, language);
  return say("span.between", { first: mediumDay(first, language), last: mediumDay(end - 1, language) });
}
