import { element } from "../dom.js";
import { say } from "../speech.js";
import { button, field, form, input } from "./fields.js";

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
      element("h1", { dir: "auto", tabindex: "-1" }, article.title || say("story.untitled")),
      element("p", { class: `desk-state is-${article.state}` }, element("strong", {}, article.until
        ? say("desk.heldUntil", { time: this.#time(article.until) }) : say(`desk.state.${article.state}`))),
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
      : say("desk.noDay");
    return form({ class: `desk-row ${published ? "" : "is-asked"}` }, () => this.#change({ date: date.value }),
      field(say("desk.publishedOn"), date, told), element("button", { type: "submit" }, say("desk.set")));
  }

  #acts(article, { scopes }) {
    const [isPublic, mayWithdraw] = [article.state === "published", scopes.includes("admin")];
    return [
      isPublic ? null : button(say("desk.publish"), () => this.#change({ state: "published" }), { class: "is-main" }),
      isPublic || article.state === "held"
        ? button(say(isPublic ? "desk.unpublish" : "desk.toDraft"), () => this.#change({ state: "draft" })) : null,
      this.#hold(article),
      mayWithdraw ? button(say("desk.withdraw"), () => this.#withdraw(article), { class: "is-danger" }) : null,
    ].filter(Boolean);
  }

  #hold() {
    const until = input({ type: "datetime-local", required: "" });
    const held = form({ class: "desk-row" }, () => this.#change({ state: "held", until: new Date(until.value).toISOString() }),
      field(say("desk.until"), until, say("desk.untilHint")),
      element("button", { type: "submit" }, say("desk.hold")));
    return element("details", { class: "desk-hold" }, element("summary", {}, say("desk.holdUntil")), held);
  }

  #withdraw({ title }) {
    const asked = element("dialog", { class: "desk-dialog", "aria-label": say("desk.withdrawForGood") },
      element("p", { dir: "auto" }, say("desk.withdrawAsk", { title: `\u2068${title || say("story.untitled")}\u2069` })),
      element("p", { class: "item-acts" },
        button(say("desk.withdrawForGood"), () => {
          asked.close();
          this.#change({ state: "withdrawn" });
        }, { class: "is-danger" }),
        button(say("desk.keep"), () => asked.close())));
    asked.addEventListener("close", () => asked.remove());
    document.body.append(asked);
    asked.showModal();
  }

  #embed({ embed, page, title }) {
    const frame = element("iframe", {
      src: embed, title: title || say("desk.frame"), width: "100%", height: "520", loading: "lazy", frameborder: "0" });
    const code = element("textarea", { readonly: "", rows: 3, spellcheck: "false", dir: "ltr" });
    code.value = frame.outerHTML;
    const copy = button(say("desk.copy"), async () => {
      code.select();
      const isCopied = await navigator.clipboard?.writeText(code.value).then(() => true, () => false);
      this.#map.fire("deskdone", { message: say(isCopied ? "desk.copied" : "desk.selected") });
    });
    return element("div", { class: "desk-row" }, field(say("desk.embed"), code), copy,
      element("a", { href: page, target: "_blank", rel: "noopener" }, say("desk.seePage")));
  }

  #time(text) {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: "long", timeStyle: "short" }).format(new Date(text));
  }
}
