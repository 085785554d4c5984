import { element } from "./dom.js";
import { say } from "./speech.js";

/** The key of the map, in colours and words: those who hold something in what has been seen so far. */
export class Legend {
  #list = element("ul");
  #marks = element("ul", { class: "legend-marks" });
  #note = element("p");
  #seen = new Set();
  #style;

  constructor(map, box, style) {
    this.#style = style;
    const open = map.getSize().x >= 800; // on a narrower map it would hide what it explains
    box.replaceChildren(element("details", open ? { open: "" } : {},
      element("summary", {}, say("legend.title")), this.#list, this.#marks, this.#note));
    style.onTheme(() => this.#show());
    map.on("zonesseen", ({ zones }) => this.#add(zones));
    this.#show();
  }

  #add(zones) {
    const before = this.#seen.size;
    for (const { properties } of zones) {
      for (const code of [properties.controller, properties.controller_b]) if (code) this.#seen.add(code);
      if (properties.method === "derived") this.#note.textContent = say("legend.derived");
    }
    if (this.#seen.size !== before) this.#show();
  }

  #show() {
    const codes = this.#style.inOrder(this.#seen);
    this.#list.replaceChildren(...codes.map((code) => this.#row(this.#style.label(code), { controller: code })));
    const [a = null, b = null] = codes;
    this.#marks.replaceChildren(
      this.#row(say("legend.contested"), { controller: a, controller_b: b ?? a, status: "contested" }),
      this.#row(say("legend.unsure"), { controller: a, status: "claimed" }),
      element("li", {}, element("span", { class: "key key-empty" }), say("control.none")),
      ...marks(),
    );
  }

  #row(words, properties) {
    const key = element("canvas", { class: "key", "aria-hidden": "true" });
    const ratio = Math.max(1, window.devicePixelRatio);
    Object.assign(key, { width: 26 * ratio, height: 16 * ratio });
    const pen = key.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = this.#style.fill(pen, properties);
    pen.fillRect(0, 0, 26, 16);
    pen.strokeStyle = this.#style.edge(properties.controller);
    pen.strokeRect(0.5, 0.5, 25, 15);
    return element("li", {}, key, words);
  }
}

function marks() {
  const rows = [
    ["key-front", say("legend.front")],
    ["key-event", say("legend.event")],
    ["key-mention", say("legend.mention")],
  ];
  return rows.map(([name, words]) => element("li", {}, element("span", { class: `key ${name}` }), words));
}
