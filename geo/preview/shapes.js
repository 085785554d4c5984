/* Reads what geo/preview/compact.py writes: whole numbers, each vertex by its step from the one before. */
function areasOf({ areas, grid }) {
  return areas.map((rings) => rings.map((steps) => vertices(steps, grid)));
}

function linesOf({ lines, grid }) {
  return lines.map((steps) => vertices(steps, grid));
}

function vertices(steps, grid) {
  let [lng, lat] = [0, 0];
  const found = [];
  for (let at = 0; at < steps.length; at += 2) {
    lng += steps[at];
    lat += steps[at + 1];
    found.push([lat / grid, lng / grid]);
  }
  return found;
}
