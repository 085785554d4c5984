import { element } from "../dom.js";
import { button, field, form, input } from "./fields.js";

const STATES = { draft: "draft", held: "held", published: "published" };

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
        element("summary", {}, "Take in a story"), this.#paste(), this.#upload()) : "",
      element("details", { class: "desk-stories", open: "" }, element("summary", {}, `Stories (${articles.length})`),
        element("ul", {}, ...articles.map(({ id, title, state, published }) => element("li", {},
          button(title || "Untitled", () => this.#map.fire("deskopen", { id }), { class: "item-name", dir: "auto" }),
          element("small", {}, ` ${STATES[state]}${published ? `, ${published}` : ""}`))))));
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
    }, field("Text", text), field("Title", title), field("Published on", date, "Leave it empty when the text says so itself."),
    field("Address", url, "With it an edited story stays the same story."), field("Publisher", source),
    element("p", { class: "choice" }, whole, element("label", { for: "whole" }, "Readers may see the whole text, not only the sentences with places")),
    element("button", { type: "submit", class: "is-main" }, "Read it"));
  }

  #upload() {
    const file = element("input", { type: "file", accept: ".txt,.html,.htm,text/plain,text/html", required: "" });
    return form({ class: "desk-row" }, () => this.#map.fire("deskupload", { file: file.files[0] }),
      field("Or a file: a saved page or plain text", file), element("button", { type: "submit" }, "Upload"));
  }
}
