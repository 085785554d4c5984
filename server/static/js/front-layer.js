import { DatedLayer } from "./dated-layer.js";

/** The lines between two sides: dark on a light casing, so that they read on every fill. */
export class FrontLayer extends DatedLayer {
  paint(context, features) {
    Object.assign(context, { lineJoin: "round", lineCap: "round" });
    for (const [colour, width] of [["rgba(255, 253, 248, 0.85)", 4], ["#1d1b18", 1.75]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width });
      for (const { shape } of features) context.stroke(shape);
    }
  }
}
