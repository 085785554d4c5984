/** The patterns that `geo/style.py` names, each one drawn into a square that repeats. None is a diagonal line:
 *  that means "not sure", and diagonal bands mean "contested". */
export const MOTIFS = {
  lines: (pen, size) => strokes(pen, [[0, size / 4, size, size / 4], [0, (3 * size) / 4, size, (3 * size) / 4]]),
  verticals: (pen, size) => strokes(pen, [[size / 4, 0, size / 4, size], [(3 * size) / 4, 0, (3 * size) / 4, size]]),
  grid: (pen, size) => strokes(pen, [[0, size / 2, size, size / 2], [size / 2, 0, size / 2, size]]),
  crosses: (pen, size) => twice(size, (x, y) => strokes(pen, [[x - 2, y, x + 2, y], [x, y - 2, x, y + 2]])),
  dots: (pen, size) => twice(size, (x, y) => circle(pen, x, y, 1.1, "fill")),
  rings: (pen, size) => twice(size, (x, y) => circle(pen, x, y, 2.2, "stroke")),
  triangles: (pen, size) => twice(size, (x, y) => {
    strokes(pen, [[x - 2.4, y + 2, x + 2.4, y + 2], [x + 2.4, y + 2, x, y - 2], [x, y - 2, x - 2.4, y + 2]]);
  }),
  waves: (pen, size) => {
    for (const y of [size / 4, (3 * size) / 4]) {
      pen.beginPath();
      pen.moveTo(0, y);
      pen.bezierCurveTo(size / 4, y - 4, size / 4, y - 4, size / 2, y);
      pen.bezierCurveTo((3 * size) / 4, y + 4, (3 * size) / 4, y + 4, size, y);
      pen.stroke();
    }
  },
};

function twice(size, draw) {
  draw(size / 4, size / 4);
  draw((3 * size) / 4, (3 * size) / 4);
}

function strokes(pen, lines) {
  pen.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
  }
  pen.stroke();
}

function circle(pen, x, y, radius, how) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen[how]();
}
