/** What the TileJSON of zones tells of its days: how old the newest statement is, which days are vague. */
import { contains } from "./days.js";
import { say, sayCount } from "./speech.js";

const LONG = 7; // days without a statement that are marked

/** How old the newest statement is among what the map shows on a day; and whether that is vague. */
export function evidenceText({ evidence, vague_days: vague = [] }, day) {
  if (!evidence) return "";
  const run = evidence.find(([from, to]) => contains(from, to, day));
  if (!run) return say("time.silent");
  const age = day - (run[2] ?? day);
  const fresh = age ? sayCount("time.age", age) : say("time.fresh");
  return vague.some(([from, to]) => contains(from, to, day)) ? `${fresh} · ${say("time.vague")}` : fresh;
}

/** Spans in which nobody reported, within two days, both in. */
export function gaps({ evidence }, [first, last]) {
  const found = [];
  let said = -Infinity;
  for (const [from, to, newest] of evidence ?? []) {
    found.push([said, from]);
    if (newest !== null) found.push([Math.max(from, newest + 1), to]);
    said = to ?? Infinity;
  }
  if (evidence) found.push([said, Infinity]);
  return found.map(([from, to]) => [Math.max(first, from), Math.min(last + 1, to ?? Infinity)])
    .filter(([from, to]) => to - from >= LONG);
}
