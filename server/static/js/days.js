/** Days as whole numbers since 2000-01-01 (UTC), spans half-open: the twin of `geo/interval.py`. */

const MILLISECONDS = 86_400_000;
const EPOCH = Date.UTC(2000, 0, 1);
const formats = {};
const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The number of an ISO day, or `null` when the text is not a day of the calendar. */
export function dayNumber(text) {
  const match = PATTERN.exec(text ?? "");
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number);
  const number = (Date.UTC(year, month - 1, day) - EPOCH) / MILLISECONDS;
  return isoDay(number) === text ? number : null;
}

/** `5945` → `2016-04-11`. */
export function isoDay(number) {
  return asDate(number).toISOString().slice(0, 10);
}

/** Whether a span holds a day; a `null` end is open. */
export function contains(from, to, day) {
  return (from ?? -Infinity) <= day && day < (to ?? Infinity);
}

/** Whether two spans `[from, to]` share a day. */
export function intersects(a, b) {
  return (a[0] ?? -Infinity) < (b[1] ?? Infinity) && (b[0] ?? -Infinity) < (a[1] ?? Infinity);
}

/** The same day some months later; the last of the month where that month is shorter. */
export function addMonths(number, months) {
  const date = asDate(number);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const length = new Date(first);
  length.setUTCMonth(length.getUTCMonth() + 1, 0);
  const day = Math.min(date.getUTCDate(), length.getUTCDate());
  return (first - EPOCH) / MILLISECONDS + day - 1;
}

/** The span of the calendar around a day, half-open: its `"month"`, its `"year"`, or `"all"` days. */
export function spanAround(number, span) {
  if (span === "all") return [null, null];
  const date = asDate(number);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const ends = span === "month" ? [Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1)]
    : [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  return ends.map((time) => (time - EPOCH) / MILLISECONDS);
}

/** OGC's closed notation of a half-open span. */
export function ogcInterval([from, to]) {
  return to - from === 1 ? isoDay(from) : `${isoDay(from)}/${isoDay(to - 1)}`;
}

/** "Monday, 11 April 2016" in the reader's language. */
export function longDay(number, language) {
  return format(number, language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** "Mon, 11 April 2016". */
export function shortDay(number, language) {
  return format(number, language, { weekday: "short", day: "numeric", month: "long", year: "numeric" });
}

/** "11 April 2016". */
export function mediumDay(number, language) {
  return format(number, language, { day: "numeric", month: "long", year: "numeric" });
}

function asDate(number) {
  return new Date(EPOCH + number * MILLISECONDS);
}

/** Making a format takes as long as drawing a map, so that each is made once. */
function format(number, language, options) {
  const key = language + options.weekday;
  formats[key] ??= new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  return formats[key].format(asDate(number));
}
