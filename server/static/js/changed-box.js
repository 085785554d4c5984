/** Where two pictures of a tile differ; boxes are `[left, top, right, bottom]` in CSS pixels of the tile. */

const NOTHING = [Infinity, Infinity, -Infinity, -Infinity];

/** The box around all positions of a feature's parts, which are in tile units. */
export function boxOf(parts, scale) {
  let [left, top, right, bottom] = NOTHING;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      const [x, y] = [part[i], part[i + 1]];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return [left, top, right, bottom].map((value) => value * scale);
}

/** Around what is in only one of two pictures, or looks otherwise in the second: `turns` says which. */
export function changedBox(before, after, turns) {
  const [known, still] = [new Set(before), new Set(after)];
  const changed = [...before.filter((feature) => !still.has(feature)),
    ...after.filter((feature) => !known.has(feature) || turns(feature))];
  return changed.reduce((whole, { box }) => around(whole, box), NOTHING);
}

/** Wider by what lines draw beside a shape, within the tile, and on whole pixels of the screen: no edge is seen. */
export function onPixels([left, top, right, bottom], { beside, size, ratio }) {
  const low = (value) => Math.floor(Math.max(0, value - beside) * ratio) / ratio;
  const high = (value) => Math.ceil(Math.min(size, value + beside) * ratio) / ratio;
  return [low(left), low(top), high(right), high(bottom)];
}

/** Whether what is drawn of one box, and beside it, reaches into the other. */
export function touch(a, b, beside) {
  if (beside === Infinity) return true;
  return a[0] - beside <= b[2] && b[0] <= a[2] + beside && a[1] - beside <= b[3] && b[1] <= a[3] + beside;
}

function around(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
