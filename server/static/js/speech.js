/** What the page says, in the language that it was asked for: the twin of `server/speech.py`. */
import { pageData } from "./dom.js";

const { language, messages } = pageData("page-data");
const plural = new Intl.PluralRules(language);

/** The message of a key; `{name}` in it is the value of that name. */
export function say(key, values = {}) {
  return messages[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The message of a key for a number, which is its `{count}`, in the plural category that the language asks for. */
export function sayCount(key, count, values = {}) {
  const form = `${key}.${plural.select(count)}`;
  return say(form in messages ? form : `${key}.other`, { count: sayNumber(count), ...values });
}

/** A number in the digits of the language; `options` as `Intl.NumberFormat` has them. */
export function sayNumber(number, options = {}) {
  return new Intl.NumberFormat(language, options).format(number);
}
