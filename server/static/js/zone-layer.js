import { DatedLayer } from "./dated-layer.js";

/** Who holds which area: fill and pattern by controller, outlined. */
export class ZoneLayer extends DatedLayer {
  #style;

  constructor(source, style, options) {
    super(source, options);
    this.#style = style;
  }

  paint(context, features) {
    for (const { shape, properties } of features) {
      context.fillStyle = this.#style.fill(context, properties);
      context.fill(shape, "evenodd");
    }
    context.lineJoin = "round";
    context.lineWidth = 1.25;
    for (const { shape, properties } of features) {
      context.strokeStyle = this.#style.colour(properties.controller);
      context.stroke(shape);
    }
  }
}
