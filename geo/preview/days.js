/* Days are whole numbers since 2000-01-01 (UTC), spans half-open, null is open: as in geo/interval.py. */
const EPOCH = Date.UTC(2000, 0, 1);
const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const MEDIUM = { day: "numeric", month: "long", year: "numeric" };

function asDate(number) {
  return new Date(EPOCH + number * 86400000);
}

function dayText(number, form = MEDIUM) {
  return new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" }).format(asDate(number));
}

/** The number of an ISO day. */
function dayNumber(text) {
  return Math.round((Date.parse(`${text}T00:00:00Z`) - EPOCH) / 86400000);
}

/** Whether a span holds a day. */
function holds([from, to], day) {
  return (from ?? -Infinity) <= day && day < (to ?? Infinity);
}

/** The same day some months later; the last of the month where that month is shorter. */
function addMonths(number, months) {
  const date = asDate(number);
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), length);
  return Math.round((Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, day) - EPOCH) / 86400000);
}

/** "11 April 2016"; of a span, its first and last day. */
function spanText([from, to]) {
  if (from === null) return to === null ? "undated" : `until ${dayText(to - 1)}`;
  if (to === null) return `from ${dayText(from)} on`;
  return to - from === 1 ? dayText(from) : `between ${dayText(from)} and ${dayText(to - 1)}`;
}
