import { element } from "../dom.js";
import { button, field, form, input } from "./fields.js";

const STATES = { draft: "Draft: readers do not see it", held: "Held back", published: "Published" };

/** The story's title, its day, who sees it; fires `deskchange` with what is asked for. */
export class Head {
  #map;
  #box;
  #language;

  constructor(map, box, language) {
    this.#map = map;
    this.#box = box;
    this.#language = language;
  }

  show(article, editor) {
    this.#box.replaceChildren(
      element("h1", { dir: "auto", tabindex: "-1" }, article.title || "Untitled"),
      element("p", { class: `desk-state is-${article.state}` }, element("strong", {}, STATES[article.state]),
        article.until ? ` until ${this.#time(article.until)}` : null),
      this.#day(article),
      element("div", { class: "desk-acts" }, ...this.#acts(article, editor)),
      article.embed ? this.#embed(article) : "");
  }

  focus() {
    this.#box.querySelector("h1")?.focus({ preventScroll: true });
  }

  #change(asked) {
    this.#map.fire("deskchange", { asked });
  }

  #day({ published, published_how: how }) {
    const date = input({ type: "date", required: "", value: published?.precision === "day" ? published.edtf : "" });
    const told = published ? `${how}: ${published.edtf}`
      : "Nobody knows yet when it appeared: without that day no word like “Monday” means anything.";
    return form({ class: `desk-row ${published ? "" : "is-asked"}` }, () => this.#change({ date: date.value }),
      field("Published on", date, told), element("button", { type: "submit" }, "Set"));
  }

  #acts(article, { scopes }) {
    const [isPublic, mayWithdraw] = [article.state === "published", scopes.includes("admin")];
    return [
      isPublic ? null : button("Publish", () => this.#change({ state: "published" }), { class: "is-main" }),
      isPublic || article.state === "held"
        ? button(isPublic ? "Unpublish" : "Back to draft", () => this.#change({ state: "draft" })) : null,
      this.#hold(article),
      mayWithdraw ? button("Withdraw …", () => this.#withdraw(article), { class: "is-danger" }) : null,
    ].filter(Boolean);
  }

  #hold() {
    const until = input({ type: "datetime-local", required: "" });
    const held = form({ class: "desk-row" }, () => this.#change({ state: "held", until: new Date(until.value).toISOString() }),
      field("Until", until, "In your own time zone. Where a position could endanger people, wait until they are gone."),
      element("button", { type: "submit" }, "Hold"));
    return element("details", { class: "desk-hold" }, element("summary", {}, "Hold until …"), held);
  }

  #withdraw({ title }) {
    const asked = element("dialog", { class: "desk-dialog", "aria-label": "Withdraw for good" },
      element("p", {}, "Withdraw ", element("bdi", {}, `“${title || "Untitled"}”`),
        " for good? Its text, its places and its corrections are destroyed, and it cannot be taken in again.",
        " To hide it for a time, unpublish it."),
      element("p", { class: "item-acts" },
        button("Withdraw for good", () => {
          asked.close();
          this.#change({ state: "withdrawn" });
        }, { class: "is-danger" }),
        button("Keep it", () => asked.close())));
    asked.addEventListener("close", () => asked.remove());
    document.body.append(asked);
    asked.showModal();
  }

  #embed({ embed, page, title }) {
    const frame = element("iframe", {
      src: embed, title: title || "Map of a story", width: "100%", height: "520", loading: "lazy", frameborder: "0" });
    const code = element("textarea", { readonly: "", rows: 3, spellcheck: "false", dir: "ltr" });
    code.value = frame.outerHTML;
    const copy = button("Copy", async () => {
      code.select();
      const isCopied = await navigator.clipboard?.writeText(code.value).then(() => true, () => false);
      this.#map.fire("deskdone", { message: isCopied ? "The code is copied." : "The code is selected: copy it with Ctrl+C." });
    });
    return element("div", { class: "desk-row" }, field("Code to embed it", code), copy,
      element("a", { href: page, target: "_blank", rel: "noopener" }, "See its page"));
  }

  #time(text) {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: "long", timeStyle: "short" }).format(new Date(text));
  }
}
