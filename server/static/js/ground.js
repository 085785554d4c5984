/** Lengths and areas on the mean sphere: within half a percent of the ellipsoid. Points are `{lat, lng}` in degrees. */

const RADIUS = 6371.0088; // kilometres
const RADIANS = Math.PI / 180;

/** Kilometres along the great circles from point to point. */
export function lengthOf(points) {
  return points.slice(1).reduce((sum, point, index) => sum + apart(points[index], point), 0);
}

/** Square kilometres inside the points in their order; 0 for fewer than three. */
export function areaOf(points) {
  if (points.length < 3) return 0;
  const sum = points.reduce((all, a, index) => {
    const b = points[(index + 1) % points.length];
    return all + (b.lng - a.lng) * RADIANS * (2 + Math.sin(a.lat * RADIANS) + Math.sin(b.lat * RADIANS));
  }, 0);
  return Math.abs(sum * RADIUS * RADIUS) / 2;
}

function apart(a, b) {
  const [lat, lng] = [(b.lat - a.lat) * RADIANS, (b.lng - a.lng) * RADIANS];
  const square = Math.sin(lat / 2) ** 2 + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * Math.sin(lng / 2) ** 2;
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(square)));
}
