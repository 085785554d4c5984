import { element } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./speech.js";

const LOW = 440; // pixels of a map below which its tools fold into one button
const NARROW = 520;
const LINGER = 2500; // milliseconds for which a word about what was done stays

/** The style sheet of the tools. */
function look() {
  const sheet = element("link", { rel: "stylesheet", href: new URL("../css/tools.css", import.meta.url) });
  document.head.append(sheet);
  return new Promise((done) => ["load", "error"].forEach((name) => sheet.addEventListener(name, done)));
}

/** Each tool is loaded when it is first taken up; the answer is called to put it down, one at a time is out. */
const TOOLS = {
  search: async (given) => (await import("./search.js")).openSearch(given),
  turns: async (given) => (await import("./turns.js")).openTurns(given),
  measure: async (given) => (await import("./measure.js")).openMeasure(given),
  compare: async (given) => (await import("./compare.js")).openCompare(given),
};

/** The tools of a whole map, in a column at its side or folded into one button where there is little room. */
export class Toolbar {
  #given;
  #buttons = {};
  #list = element("div", { class: "tools-list", id: "tools-list" });
  #fold;
  #said = element("p", { class: "tools-said", role: "status" });
  #open = null; // {name, close}
  #turn = 0;

  /** `given`: `{map, atlas, page, layers, twin}`, what tools work with. */
  static async put(given, wanted) {
    await look();
    const bar = new Toolbar(given);
    if (wanted) bar.#take("compare", wanted);
    return bar;
  }

  constructor(given) {
    const { atlas, page } = given;
    this.#given = given;
    const needs = { search: page.urls.places, turns: page.urls.turns, compare: given.twin, measure: true };
    const names = Object.keys(TOOLS).filter((name) => needs[name]);
    this.#list.append(...names.map((name) => this.#button(name, () => this.#toggle(name))));
    this.#list.append(this.#button("copy", () => this.#copy()));
    this.#fold = element("button", {
      type: "button", class: "tool tools-fold", "aria-expanded": "false", "aria-controls": "tools-list",
    }, icon("tools"), element("span", {}, say("tools.title")));
    this.#fold.addEventListener("click", () => this.#unfold(this.#fold.getAttribute("aria-expanded") === "false"));
    const box = element("div", { class: "tools", role: "group", "aria-label": say("tools.title") }, this.#fold, this.#list);
    box.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || this.#fold.getAttribute("aria-expanded") === "false") return;
      this.#unfold(false);
      this.#fold.focus();
    });
    atlas.append(box, this.#said);
    new ResizeObserver(() => this.#fit(box)).observe(given.map.getContainer());
    given.map.on("comparewanted", ({ day }) => this.#compare(day));
  }

  #button(name, act) {
    const words = element("span", {}, say(`tools.${name}`));
    const button = element("button", { type: "button", class: "tool" }, icon(name), words);
    if (name !== "copy") button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", act);
    this.#buttons[name] = button;
    return button;
  }

  #toggle(name) {
    this.#unfold(false);
    if (this.#open?.name === name) this.#open.close();
    else this.#take(name);
  }

  async #take(name, wanted = null) {
    const turn = (this.#turn += 1);
    this.#open?.close();
    const close = await TOOLS[name]({ ...this.#given, wanted, closed: () => this.#closed(name) });
    if (turn !== this.#turn) {
      close();
      return;
    }
    this.#open = { name, close };
    this.#buttons[name].setAttribute("aria-pressed", "true");
  }

  #closed(name) {
    if (this.#open?.name !== name) return;
    this.#open = null;
    this.#buttons[name].setAttribute("aria-pressed", "false");
    const target = this.#buttons[name].checkVisibility() ? this.#buttons[name] : this.#fold;
    target.focus({ preventScroll: true });
  }

  /** Another address in the same page may want two days, or one. */
  #compare(day) {
    if (day === null && this.#open?.name === "compare") this.#open.close();
    if (day !== null && this.#open?.name !== "compare") this.#take("compare", day);
  }

  #unfold(open) {
    this.#fold.setAttribute("aria-expanded", String(open));
  }

  #fit(box) {
    const { clientHeight, clientWidth } = this.#given.map.getContainer();
    const folded = clientHeight < LOW || clientWidth < NARROW;
    box.parentElement.classList.toggle("is-tight", folded);
    if (!folded) this.#unfold(false);
  }

  async #copy() {
    this.#unfold(false);
    this.#given.map.fire("addresswanted");
    const address = window.location.href;
    try {
      await navigator.clipboard.writeText(address);
      this.#say(say("tools.copied"));
    } catch { // a page without TLS may not write to the clipboard
      const field = element("input", { readonly: "", "aria-label": say("tools.copyByHand") });
      field.value = address;
      this.#said.replaceChildren(`${say("tools.copyByHand")} `, field);
      field.select();
      field.addEventListener("blur", () => this.#said.replaceChildren(), { once: true });
    }
  }

  #say(words) {
    this.#said.textContent = words;
    window.setTimeout(() => this.#said.textContent === words && this.#said.replaceChildren(), LINGER);
  }
}
