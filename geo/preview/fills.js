/* Fills of zones: the side's colour with its own small figure; diagonal bands when two hold it, hatching when unsure. */
const PIECE = 16;
const MOTIFS = {
  lines: "M0 4H16M0 12H16",
  verticals: "M4 0V16M12 0V16",
  grid: "M0 8H16M8 0V16",
  crosses: "M2 4H6M4 2V6M10 12H14M12 10V14",
  dots: "M4 4h.01M12 12h.01",
  rings: "M6.2 4A2.2 2.2 0 1 1 1.8 4A2.2 2.2 0 1 1 6.2 4ZM14.2 12A2.2 2.2 0 1 1 9.8 12A2.2 2.2 0 1 1 14.2 12Z",
  triangles: "M1.6 6H6.4L4 2ZM9.6 14H14.4L12 10Z",
  waves: "M0 4C4 0 4 0 8 4S12 8 16 4M0 12C4 8 4 8 8 12S12 16 16 12",
};
const DIAGONALS = "M-2 10L10 -2M-2 18L18 -2M6 18L18 6";
const NOBODY = { label: "No statement", colour: "#8d8a84", pattern: "none" };

/** Makes each fill once, as an SVG pattern that zones and the key share. */
class Fills {
  #styles;
  #made = new Map();
  #home = figure("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" });

  constructor(styles) {
    this.#styles = new Map(Object.entries(styles));
    document.body.append(this.#home);
  }

  style(code) {
    return this.#styles.get(code) ?? NOBODY;
  }

  label(code) {
    return this.style(code).label;
  }

  /** The colour of an outline: the side's own, darker, so that it stands out from the land. */
  edge(code) {
    const channels = [1, 3, 5].map((at) => Number.parseInt(this.style(code).colour.slice(at, at + 2), 16));
    const dark = channels.map((value) => Math.round(value * 0.58));
    return `rgb(${dark.join(", ")})`;
  }

  /** `url(#…)` for a zone on a day. */
  of(row, sure = true) {
    const striped = Boolean(row.controller_b) || ["contested", "mixed"].includes(row.status);
    const vague = !sure || row.confidence === "low" || ["claimed", "assessed_advance", "unknown"].includes(row.status);
    const kind = striped ? "striped" : vague ? "hatched" : "sure";
    const key = JSON.stringify([row.controller, row.controller_b, kind]);
    if (!this.#made.has(key)) this.#made.set(key, this.#make(row, kind));
    return `url(#${this.#made.get(key)})`;
  }

  #make(row, kind) {
    const id = `fill-${this.#made.size}`;
    const [a, b] = [this.style(row.controller), row.controller_b ? this.style(row.controller_b) : null];
    const parts = [figure("rect", { width: PIECE, height: PIECE, fill: a.colour, opacity: kind === "hatched" ? 0.34 : 0.5 })];
    if (kind === "striped") parts.push(stroke(DIAGONALS, b?.colour ?? "#fffdf8", 4.2, 0.85));
    else parts.push(motif(a));
    if (kind === "hatched") parts.push(stroke(DIAGONALS, a.colour, 1, 0.8));
    this.#home.append(figure("pattern", { id, width: PIECE, height: PIECE, patternUnits: "userSpaceOnUse" }, ...parts));
    return id;
  }
}

function motif({ pattern }) {
  const path = Object.hasOwn(MOTIFS, pattern) ? MOTIFS[pattern] : "";
  return stroke(path, "#000", pattern === "dots" ? 2.2 : 1, 0.3);
}

function stroke(path, colour, width, opacity) {
  return figure("path", {
    d: path, fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "round", opacity,
  });
}
