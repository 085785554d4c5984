/** What opens on the map: built node by node, so that text stays text. */
import { isoDay } from "./days.js";
import { element, link } from "./dom.js";
import { say, sayCount, sayNumber } from "./speech.js";
import { ageText, controlSentence, eventWord, frontText, levelWord, percent, spanText } from "./words.js";

/** Who held a place: sentence, facts, sources. `control` is what `/api/control` answers. */
export function controlCard(control, style) {
  const stated = Boolean(control?.controller);
  const swatch = stated ? element("span", { class: "swatch" }) : null;
  if (swatch) swatch.style.backgroundColor = style.colour(control.controller);
  return element("section", { class: `control ${stated ? "" : "is-silent"}` },
    element("p", { class: "control-says" }, swatch, controlSentence(control, style)),
    facts([
      [say("card.certainty"), levelWord(control?.certainty)],
      [say("card.front"), frontText(control?.front_km, control?.front_bearing)],
      [say("card.evidence"), stated ? ageText(control.age_days) : null],
      [say("card.basis"), basisText(control)],
    ]),
    sources(control?.sources),
  );
}

/** A mention of a story: toponym, place, date and how it was found, then who held it. */
export function mentionCard(mention, style, language) {
  const runner = mention.runners_up?.[0];
  return element("article", { class: "card" },
    element("h3", {}, bidi(mention.toponym), mention.name && mention.name !== mention.toponym
      ? element("small", {}, "  ", bidi(mention.name)) : null),
    element("p", { class: "card-date" }, spanText(mention.valid_from, mention.valid_to, language)),
    mention.control ? controlCard(mention.control, style) : null,
    mention.as_published ? element("p", { class: "as-published" },
      say("card.asPublished", { words: controlSentence(mention.as_published, style) })) : null,
    facts([
      [say("card.where"), relationText(mention)],
      [say("card.date"), mention.time_reason],
      [say("card.place"), mention.reason],
      [say("card.score"), percent(mention.score)],
      [say("card.runnerUp"), runner && [runner.name ?? runner.place, percent(runner.score)].filter(Boolean).join(", ")],
    ]),
    storyLink(mention),
  );
}

/** Something a story says happened. */
export function eventCard(event, style, language) {
  const actor = event.actor ? style.label(event.actor) : event.actor_text;
  const target = event.target ? style.label(event.target) : event.target_text;
  return element("article", { class: "card" },
    element("h3", {}, eventWord(event.type), event.name ? element("small", {}, "  ", bidi(event.name)) : null),
    element("p", { class: "card-date" }, spanText(event.valid_from, event.valid_to, language)),
    event.sentence ? element("blockquote", { dir: "auto" }, event.sentence) : null,
    facts([
      [say("card.by"), actor],
      [say("card.against"), target],
      [say("card.says"), event.attribution],
      [say("card.certainty"), levelWord(event.certainty)],
      [say("card.zones"), agreementText(event)],
    ]),
    storyLink(event),
  );
}

/** How many stand behind one mark: `name` is "mentions" or "events". */
export function countCard(name, count) {
  return element("article", { class: "card" },
    element("h3", {}, name === "events" ? sayCount("card.events", count) : sayCount("card.mentions", count)),
    element("p", {}, say("card.nearer")));
}

/** A feature of a tile has its days as numbers; cards want ISO text. */
export function withDays({ properties, from, to }) {
  const days = { valid_from: Number.isFinite(from) ? isoDay(from) : null, valid_to: Number.isFinite(to) ? isoDay(to) : null };
  return { ...days, ...properties };
}

/** All that is known of a place, oldest first: the lines of `/api/control` without a date. */
export function historyList(lines, style, language) {
  return element("ol", { class: "history" }, ...lines.map((line) => element("li", line.is_remark ? { class: "is-remark" } : {},
    element("span", { class: "history-when" }, spanText(line.valid_from, line.valid_to, language)),
    line.controller ? controlSentence(line, style) : say("control.none"),
    line.note ? element("small", { dir: "auto" }, line.note) : null)));
}

function basisText(control) {
  if (!control || control.basis === "none") return null;
  const what = { zone: say("card.zone"), report: say("card.report") }[control.basis];
  if (!what) return null;
  const within = control.precision_km ? say("card.within", { km: sayNumber(Math.round(control.precision_km)) }) : null;
  const sure = control.confidence ? say("card.confidence", { level: levelWord(control.confidence) }) : null;
  return [what, within, sure].filter(Boolean).join(", ");
}

/** "20 km north of Raqqa, ± 10 km": the mark stands for ground, not for a point. */
function relationText({ relation, control, precision_km: precision = control?.precision_km }) {
  if (!relation) return null;
  return Number.isFinite(precision) ? `${relation}, ${say("card.within", { km: sayNumber(Math.ceil(precision)) })}` : relation;
}

function agreementText({ agreement, agreement_reason: reason }) {
  if (!agreement || agreement === "silent") return null;
  return reason ? `${levelWord(agreement)}: ${reason}` : levelWord(agreement);
}

function storyLink({ article, title }) {
  if (!article || document.body.dataset.story === article) return null;
  const words = title ? bidi(title) : say("card.story");
  return element("p", { class: "card-story" }, element("a", { href: storyAddress(article) }, words));
}

/** The page says how addresses of stories look. A relative one leads to a file, which is named as an address is. */
function storyAddress(article) {
  const { stories } = document.body.dataset;
  const name = encodeURIComponent(article);
  return stories.replace("STORY", stories.startsWith("/") ? name : encodeURIComponent(name));
}

function sources(list) {
  if (!list?.length) return null;
  return element("div", { class: "sources" }, element("h4", {}, say(list.length > 1 ? "card.sources" : "card.source")),
    element("ul", {}, ...list.map((source) => element("li", { dir: "auto" }, ...sourceParts(source)))));
}

function sourceParts({ title, url, publisher, date, note, quote }) {
  const name = link(url, title || publisher || url || say("card.unnamed"));
  const rest = [title ? publisher : null, date].filter(Boolean).join(", ");
  return [name, rest ? ` · ${rest}` : null, note ? `: ${note}` : null, quote ? ` · “${quote}”` : null].filter(Boolean);
}

function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (!rows.length) return null;
  return element("dl", { class: "facts" },
    ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", { dir: "auto" }, String(value))]));
}

/** Text whose direction is its own: an override inside cannot turn the line around it. */
function bidi(text) {
  return element("bdi", {}, text);
}
