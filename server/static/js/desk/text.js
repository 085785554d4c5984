import { element } from "../dom.js";
import { say } from "../speech.js";
import { button, field, form, input } from "./fields.js";

/** The story's words with what was found in them marked; fires `deskselect` for a mark, `deskadd` for overlooked words. */
export class StoryText {
  #map;
  #box;
  #letters = []; // code points, as the server counts
  #marks = [];
  #chosen = null;

  constructor(map, box) {
    this.#map = map;
    this.#box = box;
    document.addEventListener("selectionchange", () => this.#choose());
  }

  show(article, items) {
    this.#letters = [...article.text];
    this.#marks = apart(items);
    this.#chosen = null;
    const body = element("div", { class: "story-text desk-text", dir: "auto", tabindex: "0", role: "region", "aria-label": say("desk.words"), lang: article.language || null });
    for (const { text, start, item } of this.#pieces()) body.append(item ? this.#mark(item, text) : plain(text, start));
    this.words = input({ name: "words", required: "", maxlength: 200 });
    this.#box.replaceChildren(body, form({ class: "desk-add" }, () => this.#add(),
      field(say("desk.overlooked"), this.words, say("desk.overlookedHint")),
      element("button", { type: "submit" }, say("desk.add"))));
  }

  select(key) {
    for (const mark of this.#box.querySelectorAll("[data-key]")) {
      mark.classList.toggle("is-now", mark.dataset.key === key);
    }
    const mark = this.#box.querySelector(".mark.is-now");
    const body = mark?.closest(".desk-text"); // it scrolls alone: the page stays at the card that is open
    if (body) body.scrollTop += mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3;
  }

  #mark(item, text) {
    return button(text, () => this.#map.fire("deskselect", { key: item.key }), {
      class: `mark ${item.confidence === 1 ? "is-sure" : ""}`, "data-key": item.key,
      title: item.name ? `${item.name}: ${item.why}` : item.why ?? item.role });
  }

  #pieces() {
    const pieces = [];
    let done = 0;
    for (const item of this.#marks) {
      pieces.push({ text: this.#cut(done, item.start), start: done }, { text: this.#cut(item.start, item.end), item });
      done = item.end;
    }
    return [...pieces, { text: this.#cut(done), start: done }].filter(({ text }) => text);
  }

  #cut(start, end) {
    return this.#letters.slice(start, end).join("");
  }

  /** The span of the words that are selected in the text, in code points. */
  #choose() {
    const selection = document.getSelection();
    const [first, last] = [selection?.anchorNode?.parentElement, selection?.focusNode?.parentElement];
    if (!first?.dataset?.start || first !== last || !this.#box.contains(first) || selection.isCollapsed) return;
    const [from, to] = [selection.anchorOffset, selection.focusOffset].sort((a, b) => a - b);
    const before = [...first.textContent.slice(0, from)].length;
    const words = first.textContent.slice(from, to);
    const start = Number(first.dataset.start) + before + ([...words].length - [...words.trimStart()].length);
    this.#chosen = { text: words.trim(), start };
    this.words.value = words.trim();
  }

  #add() {
    const words = this.words.value.trim();
    const start = this.#chosen?.text === words ? this.#chosen.start : this.#find([...words]);
    if (start < 0) this.#map.fire("desktrouble", { message: say("desk.notInText", { words }) });
    else this.#map.fire("deskadd", { start, end: start + [...words].length, words });
  }

  /** The first place of these letters that no mark covers. */
  #find(wanted) {
    return this.#letters.findIndex((_, at) => wanted.every((letter, index) => this.#letters[at + index] === letter)
      && !this.#marks.some(({ start, end }) => start < at + wanted.length && at < end));
  }
}

function plain(text, start) {
  return element("span", { "data-start": start }, text);
}

/** Of marks that overlap the first; names before events. */
function apart(items) {
  const kept = [];
  const names = items.filter(({ kind }) => kind === "mention");
  for (const item of [...names, ...items.filter(({ kind }) => kind === "event")]) {
    if (!kept.some(({ start, end }) => start < item.end && item.start < end)) kept.push(item);
  }
  return kept.sort((a, b) => a.start - b.start);
}
