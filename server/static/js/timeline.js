/** What one tile shows over a window of days, and on which days that changes. */
export class Timeline {
  #changes;
  #linger;

  /** `linger`: days for which a feature stays in the picture, paler, after its own. */
  constructor(features, linger = 0) {
    this.features = features;
    this.#linger = linger;
    this.#changes = changeDays(features, linger);
  }

  /** Between two days of one index nothing changes, so nothing need be painted again. */
  indexAt(day) {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle] <= day) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The features in the picture on a day. */
  on(day) {
    return this.features.filter(({ from, to }) => from <= day && day < to + this.#linger);
  }
}

function changeDays(features, linger) {
  const days = new Set();
  for (const { from, to, certain } of features) {
    for (const day of [from, to, ...certain]) days.add(day);
    for (let past = 7; past <= linger; past += 7) days.add(to + past);
  }
  return Int32Array.from([...days].filter(Number.isFinite)).sort();
}
