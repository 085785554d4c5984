const FILL = 0.5; // of a zone: the land and its rivers show through
const PIECE = 16; // pixels of a pattern; divides the tile size, so that patterns meet at tile edges
const NOBODY = { label: "No statement", colour: "#8d8a84", pattern: "none" };

/** Colours, patterns and words for controllers: the page's copy of the one table, `geo/style.py`. */
export class Style {
  #actors;
  #fills = new Map();

  constructor(actors) {
    this.#actors = actors;
  }

  label(code) {
    return code ? (this.#actors[code]?.label ?? code) : NOBODY.label;
  }

  colour(code) {
    return (this.#actors[code] ?? NOBODY).colour;
  }

  /** Codes in the order of the table, those it does not know last. */
  inOrder(codes) {
    const table = Object.keys(this.#actors);
    const place = (code) => (table.indexOf(code) + 1 || Infinity);
    return [...codes].sort((a, b) => place(a) - place(b));
  }

  /** What a zone is filled with: plain, striped when two hold it, hatched when that is not sure. */
  fill(context, { controller, controller_b: other, status, confidence }) {
    const [a, b] = [this.colour(controller), other ? this.colour(other) : null];
    const ratio = Math.max(1, window.devicePixelRatio);
    const kind = fillKind(b, status, confidence);
    const key = `${a} ${b} ${kind} ${ratio}`;
    if (!this.#fills.has(key)) this.#fills.set(key, makeFill(context, { a, b, kind, ratio }));
    return this.#fills.get(key);
  }
}

function fillKind(other, status, confidence) {
  if (other || status === "contested" || status === "mixed") return "striped";
  const unsure = confidence === "low" || ["claimed", "assessed_advance", "unknown"].includes(status);
  return unsure ? "hatched" : "plain";
}

function makeFill(context, { a, b, kind, ratio }) {
  if (kind === "plain") return translucent(a, FILL);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PIECE * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.fillStyle = translucent(a, kind === "hatched" ? FILL * 0.55 : FILL + 0.1);
  pen.fillRect(0, 0, PIECE, PIECE);
  if (kind === "hatched") hatch(pen, translucent(a, 0.75), { width: 1.1, every: PIECE / 2 });
  else band(pen, translucent(b ?? "#fffdf8", FILL + 0.1));
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

/** A diagonal band over half of the piece; what lay there goes first, so that colours do not mix. */
function band(pen, colour) {
  for (const operation of ["destination-out", "source-over"]) {
    pen.globalCompositeOperation = operation;
    hatch(pen, operation === "source-over" ? colour : "#000", { width: PIECE / 2 / Math.SQRT2, every: PIECE });
  }
}

function hatch(pen, colour, { width, every }) {
  Object.assign(pen, { strokeStyle: colour, lineWidth: width });
  pen.beginPath();
  for (let x = -PIECE; x <= 2 * PIECE; x += every) {
    pen.moveTo(x - PIECE, 2 * PIECE);
    pen.lineTo(x + 2 * PIECE, -PIECE);
  }
  pen.stroke();
}

function translucent(hex, alpha) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}
