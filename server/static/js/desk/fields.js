/** Parts of the desk's forms: every control has its label, every button its type. */
import { element } from "../dom.js";

let count = 0;

/** A labelled control: `[label, control]` in one box. */
export function field(label, control, hint = null) {
  control.id ||= `field-${(count += 1)}`;
  const told = hint ? element("small", { id: `${control.id}-hint` }, hint) : null;
  if (told) control.setAttribute("aria-describedby", told.id);
  return element("p", { class: "field" }, element("label", { for: control.id }, label), control, told);
}

export function input(attributes = {}) {
  return element("input", { autocomplete: "off", spellcheck: "false", dir: "auto", ...attributes });
}

export function button(text, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** A form that never leaves the page. */
export function form(attributes, act, ...children) {
  const made = element("form", attributes, ...children);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
  return made;
}

/** A radio with its label; `value` is what choosing it means. */
export function choice(name, label, value, isChosen) {
  const radio = element("input", { type: "radio", name, id: `field-${(count += 1)}`, ...(isChosen ? { checked: "" } : {}) });
  radio.meaning = value;
  return element("p", { class: "choice" }, radio, element("label", { for: radio.id }, ...label));
}
