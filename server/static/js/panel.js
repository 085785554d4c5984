import { element } from "./dom.js";
import { icon } from "./icons.js";
import { say } from "./speech.js";

/** The box in which a tool shows itself over the map; Escape or its button close it, and the focus goes back. */
export class Panel {
  #box;
  #closed;

  /** `closed` is called once, when it is gone. */
  constructor(atlas, title, children, closed) {
    this.#closed = closed;
    const name = { type: "button", class: "panel-close", "aria-label": say("tools.close") };
    const close = element("button", name, icon("close"));
    close.addEventListener("click", () => this.close());
    this.#box = element("section", { class: "panel", "aria-label": title },
      element("div", { class: "panel-head" }, element("h3", {}, title), close), ...children);
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      this.close();
    });
    atlas.append(this.#box);
  }

  get box() {
    return this.#box;
  }

  close() {
    if (!this.#box.isConnected) return;
    this.#box.remove();
    this.#closed();
  }
}
