import { DatedLayer } from "./dated-layer.js";

const RADIUS = 6;
const LARGEST = 14; // pixels; tiles have points up to 16 pixels beyond their edge
const CELLS = 32; // across a tile: what one of them holds is counted together (geo/tiles/counted.py)

/** Who acted, or who surely held the place: ground that changed hands meanwhile has no one colour. */
const sure = ({ actor, controller, control_certainty: certainty }) =>
  actor ?? (certainty === "uncertain" ? undefined : controller);

/**
 * Mentions (rings) or events (diamonds): full on their own days, paler for a month after. Where a tile counts points
 * together, one larger mark says how many they are.
 */
export class PointLayer extends DatedLayer {
  #mark;
  #style;

  constructor(source, style, { mark, ...options }) {
    super(source, options);
    this.#style = style;
    this.#mark = mark;
  }

  paint(context, features, day) {
    const marks = this.#marks(features, day);
    marks.sort((a, b) => a.now - b.now || b.radius - a.radius || a.to - b.to);
    for (const mark of marks) this.#draw(context, mark, day);
    context.globalAlpha = 1;
  }

  /** What a click on a feature's mark is off it, in pixels. */
  distance({ parts, extent, properties: { count = 1 } }, at) {
    const scale = this.getTileSize().x / extent;
    const apart = Math.min(...parts.map(([x, y]) => Math.hypot(x * scale - at.x, y * scale - at.y)));
    return Math.max(0, apart - (radius(count) - RADIUS));
  }

  /** Points are drawn one by one, not as a path. */
  shape(feature) {
    const scale = this.getTileSize().x / feature.extent;
    return feature.parts.map(([x, y]) => [x * scale, y * scale]);
  }

  /** One mark a point; one a cell, colour and time where something in the cell is counted. */
  #marks(features, day) {
    const cells = new Map();
    for (const feature of features) {
      const { shape, properties: { count = 1 }, to } = feature;
      const colour = this.#style.colour(sure(feature.properties));
      const now = day < to;
      for (const at of shape) {
        const key = [...at.map((value) => Math.floor((value * CELLS) / this.getTileSize().x)), colour, now].join();
        const mark = { at, count, colour, now, to };
        cells.set(key, [...(cells.get(key) ?? []), mark]);
      }
    }
    return [...cells.values()].flatMap((marks) => (marks.some(({ count }) => count > 1) ? [together(marks)] : marks))
      .map((mark) => ({ ...mark, radius: radius(mark.count) }));
  }

  #draw(context, { at: [x, y], colour, count, now, to, radius: size }, day) {
    context.globalAlpha = now ? 1 : Math.max(0.25, 0.7 - (day - to) / 60);
    context.fillStyle = colour;
    context.beginPath();
    this.#outline(context, x, y, size);
    Object.assign(context, { lineWidth: 4.5, strokeStyle: "#fffdf8" });
    context.stroke();
    context.fill();
    Object.assign(context, { lineWidth: 1.75, strokeStyle: "#1d1b18" });
    context.stroke();
    if (count > 1) write(context, short(count), x, y);
  }

  #outline(context, x, y, size) {
    if (this.#mark === "ring") {
      context.arc(x, y, size - 1, 0, 2 * Math.PI);
      return;
    }
    context.moveTo(x, y - size - 1);
    context.lineTo(x + size + 1, y);
    context.lineTo(x, y + size + 1);
    context.lineTo(x - size - 1, y);
    context.closePath();
  }
}

/** The area grows more slowly than the count, or a capital would hide its country. */
function radius(count) {
  return count > 1 ? Math.min(LARGEST, RADIUS + 2 + 1.5 * Math.log2(count)) : RADIUS;
}

/** In the middle of the largest, with the days of the latest. */
function together(marks) {
  const largest = marks.reduce((a, b) => (b.count > a.count ? b : a));
  const count = marks.reduce((sum, mark) => sum + mark.count, 0);
  return { ...largest, count, to: Math.max(...marks.map(({ to }) => to)) };
}

function short(count) {
  return count < 1000 ? String(count) : `${Math.round(count / 1000)}k`;
}

function write(context, text, x, y) {
  Object.assign(context, {
    font: "650 10.5px system-ui", textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 3,
    strokeStyle: "#fffdf8", fillStyle: "#1d1b18",
  });
  context.strokeText(text, x, y + 0.5);
  context.fillText(text, x, y + 0.5);
}
