import { element } from "./dom.js";

/** A style sheet that the page did not bring, there once the promise is kept. */
export function look(name) {
  if (document.querySelector(`link[href$='/${name}.css']`)) return Promise.resolve();
  const sheet = element("link", { rel: "stylesheet", href: new URL(`../css/${name}.css`, import.meta.url) });
  document.head.append(sheet);
  return new Promise((done) => ["load", "error"].forEach((what) => sheet.addEventListener(what, done)));
}
