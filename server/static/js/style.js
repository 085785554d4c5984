import { MOTIFS } from "./motifs.js";
import { darkness } from "./theme.js";

const FILL = 0.5; // of a zone: the land and its rivers show through
const PIECE = 16; // pixels of a pattern; divides the tile size, so that patterns meet at tile edges
const NOBODY = { label: "No statement", colour: "#8d8a84", pattern: "none" };
const LAND = { light: "#f4efe4", dark: "#272a2e" };
const CONTRAST = 3; // of an outline against the land, WCAG 2.2, 1.4.11
const VANISHES = 2; // below this contrast against dark land a half-transparent fill cannot be seen

/** Colours, patterns and words for controllers: the page's copy of the one table, `geo/style.py`. */
export class Style {
  #actors;
  #edges = new Map();
  #fills = new Map();

  constructor(actors) {
    this.#actors = actors;
  }

  get isDark() {
    return darkness.matches;
  }

  /** Calls back when the reader changes between light and dark. */
  onTheme(changed) {
    darkness.addEventListener("change", () => {
      this.#edges.clear();
      changed();
    });
  }

  label(code) {
    return code ? this.#of(code).label : NOBODY.label;
  }

  colour(code) {
    return this.#of(code).colour;
  }

  /** The colour of an outline: the controller's own, as much darker or lighter as the land asks for. */
  edge(code) {
    if (!this.#edges.has(code)) this.#edges.set(code, readable(this.colour(code), this.isDark));
    return this.#edges.get(code);
  }

  /** Codes in the order of the table, those it does not know last. */
  inOrder(codes) {
    const table = Object.keys(this.#actors);
    const place = (code) => (table.indexOf(code) + 1 || Infinity);
    return [...codes].sort((a, b) => place(a) - place(b));
  }

  /** What a zone is filled with: its side's motif, stripes when two hold it, hatching when that is not sure. */
  fill(context, { controller, controller_b: other, status, confidence, sure = true }) {
    const kind = fillKind(other, status, sure && confidence !== "low");
    const ratio = Math.max(1, window.devicePixelRatio);
    const key = `${controller} ${other} ${kind} ${ratio} ${this.isDark}`;
    if (!this.#fills.has(key)) {
      const [a, b] = [this.#visible(controller), other ? this.#visible(other) : null];
      this.#fills.set(key, makeFill(context, { a, b, kind, ratio }));
    }
    return this.#fills.get(key);
  }

  /** Its style, with another colour only where its own would vanish into the land. */
  #visible(code) {
    const own = this.#of(code);
    const vanishes = this.isDark && contrast(own.colour, LAND.dark) < VANISHES;
    return vanishes ? { ...own, colour: this.edge(code) } : own;
  }

  #of(code) {
    return this.#actors[code] ?? (code ? { ...NOBODY, label: code } : NOBODY);
  }
}

function fillKind(other, status, sure) {
  if (other || status === "contested" || status === "mixed") return "striped";
  return sure && !["claimed", "assessed_advance", "unknown"].includes(status) ? "sure" : "hatched";
}

function makeFill(context, { a, b, kind, ratio }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(PIECE * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(canvas.width / PIECE, canvas.width / PIECE);
  pen.fillStyle = translucent(a.colour, { sure: FILL, hatched: FILL * 0.5, striped: FILL + 0.1 }[kind]);
  pen.fillRect(0, 0, PIECE, PIECE);
  if (kind === "striped") band(pen, translucent(b?.colour ?? "#fffdf8", FILL + 0.1));
  else if (kind === "hatched") diagonals(pen, { colour: translucent(a.colour, 0.75), width: 1.1, every: PIECE / 2 });
  else motif(pen, a);
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale(PIECE / canvas.width));
  return pattern;
}

/** The side's own small figure, faint: seen by who looks for it, needed by who sees no colours. */
function motif(pen, { colour, pattern }) {
  const ink = translucent(mixed(colour, "#000000", 0.25), 0.4);
  Object.assign(pen, { strokeStyle: ink, fillStyle: ink, lineWidth: 1 });
  MOTIFS[pattern]?.(pen, PIECE);
}

/** A diagonal band over half of the piece; what lay there goes first, so that colours do not mix. */
function band(pen, colour) {
  const width = PIECE / 2 / Math.SQRT2;
  pen.globalCompositeOperation = "destination-out";
  diagonals(pen, { colour: "#000", width, every: PIECE });
  pen.globalCompositeOperation = "source-over";
  diagonals(pen, { colour, width, every: PIECE });
}

function diagonals(pen, { colour, width, every }) {
  Object.assign(pen, { strokeStyle: colour, lineWidth: width });
  pen.beginPath();
  for (let x = -PIECE; x <= 2 * PIECE; x += every) {
    pen.moveTo(x - PIECE, 2 * PIECE);
    pen.lineTo(x + 2 * PIECE, -PIECE);
  }
  pen.stroke();
}

function readable(colour, dark) {
  const [land, towards] = dark ? [LAND.dark, "#ffffff"] : [LAND.light, "#000000"];
  let found = colour;
  for (let part = 0.1; contrast(found, land) < CONTRAST && part < 1; part += 0.1) found = mixed(colour, towards, part);
  return found;
}

/** WCAG's ratio of two colours. */
function contrast(a, b) {
  const [dim, bright] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (bright + 0.05) / (dim + 0.05);
}

function luminance(hex) {
  const [red, green, blue] = channels(hex)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixed(hex, other, part) {
  const [from, to] = [channels(hex), channels(other)];
  const blend = from.map((value, index) => Math.round(value + (to[index] - value) * part));
  return `#${blend.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function translucent(hex, alpha) {
  return `rgba(${channels(hex).join(", ")}, ${alpha})`;
}

function channels(hex) {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
