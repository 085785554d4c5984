import { contains } from "./days.js";
import { DatedLayer } from "./dated-layer.js";

/** Who holds which area: fill and pattern by controller, outlined. */
export class ZoneLayer extends DatedLayer {
  #pen = document.createElement("canvas").getContext("2d");
  #style;

  constructor(source, style, options) {
    super(source, options);
    this.#style = style;
  }

  /** None to a position inside. */
  distance(feature, { x, y }) {
    feature.shape ??= this.shape(feature);
    return this.#pen.isPointInPath(feature.shape, x, y, "evenodd") ? 0 : Infinity;
  }

  get beside() {
    return 1;
  }

  turns({ certain }, before, day) {
    return contains(...certain, before) !== contains(...certain, day);
  }

  paint(context, features, day) {
    for (const { shape, properties, certain } of features) {
      context.fillStyle = this.#style.fill(context, { ...properties, sure: contains(...certain, day) });
      context.fill(shape, "evenodd");
    }
    context.lineJoin = "round";
    context.lineWidth = 1; // a wider one is filled as a shape, at a price: docs/slider.md
    for (const { shape, properties } of features) {
      context.strokeStyle = this.#style.edge(properties.controller);
      context.stroke(shape);
    }
  }
}
