import { DatedLayer } from "./dated-layer.js";

const RADIUS = 6;

/** Who acted, or who surely held the place: ground that changed hands meanwhile has no one colour. */
const sure = ({ actor, controller, control_certainty: certainty }) =>
  actor ?? (certainty === "uncertain" ? undefined : controller);

/** Mentions (rings) or events (diamonds): full on their own days, paler for a month after. */
export class PointLayer extends DatedLayer {
  #mark;
  #style;

  constructor(source, style, { mark, ...options }) {
    super(source, options);
    this.#style = style;
    this.#mark = mark;
  }

  paint(context, features, day) {
    for (const feature of [...features].sort((a, b) => a.to - b.to)) this.#draw(context, feature, day);
    context.globalAlpha = 1;
  }

  distance({ parts, extent }, at) {
    const scale = this.getTileSize().x / extent;
    return Math.min(...parts.map(([x, y]) => Math.hypot(x * scale - at.x, y * scale - at.y)));
  }

  /** Points are drawn one by one, not as a path. */
  shape(feature) {
    const scale = this.getTileSize().x / feature.extent;
    return feature.parts.map(([x, y]) => [x * scale, y * scale]);
  }

  #draw(context, { shape, properties, to }, day) {
    context.globalAlpha = day < to ? 1 : Math.max(0.25, 0.7 - (day - to) / 60);
    context.fillStyle = this.#style.colour(sure(properties));
    for (const [x, y] of shape) {
      context.beginPath();
      this.#outline(context, x, y);
      Object.assign(context, { lineWidth: 4.5, strokeStyle: "#fffdf8" });
      context.stroke();
      context.fill();
      Object.assign(context, { lineWidth: 1.75, strokeStyle: "#1d1b18" });
      context.stroke();
    }
  }

  #outline(context, x, y) {
    if (this.#mark === "ring") {
      context.arc(x, y, RADIUS - 1, 0, 2 * Math.PI);
      return;
    }
    context.moveTo(x, y - RADIUS - 1);
    context.lineTo(x + RADIUS + 1, y);
    context.lineTo(x, y + RADIUS + 1);
    context.lineTo(x - RADIUS - 1, y);
    context.closePath();
  }
}
