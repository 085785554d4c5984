import { element } from "./dom.js";
import { say } from "./speech.js";

/** A card at the foot of the screen, for maps too small to hold one. */
export class Sheet {
  #box;
  #opener = null;

  constructor() {
    const close = element("button", { type: "button", class: "sheet-close", "aria-label": say("card.close") }, "×");
    close.addEventListener("click", () => this.close());
    this.#box = element("aside", { class: "sheet", role: "dialog", "aria-label": say("card.aboutPlace"), tabindex: "-1", hidden: "" },
      close, element("div"));
    this.#box.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
    document.body.append(this.#box);
  }

  /** Shows a card in place of the one before. */
  open(card) {
    this.#opener ??= document.activeElement;
    this.#box.lastElementChild.replaceChildren(card);
    this.#box.hidden = false;
    this.#box.focus({ preventScroll: true });
  }

  close() {
    if (this.#box.hidden) return;
    this.#box.hidden = true;
    this.#opener?.focus({ preventScroll: true });
    this.#opener = null;
  }
}
