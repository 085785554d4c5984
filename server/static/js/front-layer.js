import { DatedLayer } from "./dated-layer.js";

const INK = { light: ["rgba(255, 253, 248, 0.85)", "#1d1b18"], dark: ["rgba(21, 23, 26, 0.85)", "#ece7dc"] };

/** The lines between two sides: ink on a casing of paper, so that they read on every fill. */
export class FrontLayer extends DatedLayer {
  #style;

  constructor(source, style, options) {
    super(source, options);
    this.#style = style;
  }

  get beside() {
    return 2;
  }

  paint(context, features) {
    const [casing, ink] = this.#style.isDark ? INK.dark : INK.light;
    Object.assign(context, { lineJoin: "round", lineCap: "round" });
    for (const [colour, width] of [[casing, 4], [ink, 1.75]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width });
      for (const { shape } of features) context.stroke(shape);
    }
  }
}
