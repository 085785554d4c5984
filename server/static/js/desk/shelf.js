import { element } from "../dom.js";
import { say, sayNumber } from "../speech.js";
import { button, field, form, input } from "./fields.js";

/** All stories, and the form that takes in another; fires `deskopen`, `desktake` and `deskupload`. */
export class Shelf {
  #map;
  #box;

  constructor(map, box) {
    this.#map = map;
    this.#box = box;
  }

  show(articles, mayWrite) {
    this.#box.replaceChildren(
      mayWrite ? element("details", { class: "desk-new", ...(articles.length ? {} : { open: "" }) },
        element("summary", {}, say("desk.takeIn")), this.#paste(), this.#upload()) : "",
      element("details", { class: "desk-stories", open: "" }, element("summary", {}, say("desk.stories", { count: sayNumber(articles.length) })),
        element("ul", {}, ...articles.map(({ id, title, state, published }) => element("li", {},
          button(title || say("story.untitled"), () => this.#map.fire("deskopen", { id }), { class: "item-name", dir: "auto" }),
          element("small", {}, ` ${say(`desk.shelf.${state}`)}${published ? `, ${published}` : ""}`))))));
  }

  /** Makes room for the story that is open. */
  fold() {
    for (const each of this.#box.querySelectorAll("details")) each.open = false;
  }

  #paste() {
    const [title, date, url, source] = [input({ name: "title" }), input({ name: "date", type: "date" }),
      input({ name: "url", type: "url", dir: "ltr" }), input({ name: "source" })];
    const text = element("textarea", { name: "text", rows: 8, required: "", dir: "auto" });
    const whole = element("input", { type: "checkbox", name: "whole", id: "whole" });
    return form({}, () => {
      const story = { text: text.value, title: title.value, date: date.value, url: url.value, source: source.value,
        publish: whole.checked ? "yes" : "" };
      this.#map.fire("desktake", { story: Object.fromEntries(Object.entries(story).filter(([, value]) => value)) });
    }, field(say("desk.form.text"), text), field(say("desk.form.title"), title),
    field(say("desk.publishedOn"), date, say("desk.form.dateHint")),
    field(say("desk.form.url"), url, say("desk.form.urlHint")), field(say("desk.form.source"), source),
    element("p", { class: "choice" }, whole, element("label", { for: "whole" }, say("desk.form.whole"))),
    element("button", { type: "submit", class: "is-main" }, say("desk.form.read")));
  }

  #upload() {
    const file = element("input", { type: "file", accept: ".txt,.html,.htm,text/plain,text/html", required: "" });
    return form({ class: "desk-row" }, () => this.#map.fire("deskupload", { file: file.files[0] }),
      field(say("desk.form.file"), file), element("button", { type: "submit" }, say("desk.form.upload")));
  }
}
