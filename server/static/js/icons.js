const NAMESPACE = "http://www.w3.org/2000/svg";
const PATHS = { // on 24 by 24, drawn as lines
  close: "M6 6l12 12M18 6L6 18",
  compare: "M12 3v18M8 8l-4 4 4 4M16 8l4 4-4 4",
  copy: "M10 14a4 4 0 0 0 6 0l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4.2 4.2 0 0 0 6 6l1-1",
  measure: "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l3 3M13 6l2 2",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L21 21",
  tools: "M4 7h10M18 7h2M4 17h2M10 17h10M16 4.5v5M8 14.500v5",
  turns: "M4 9h13l-3-3M20 15H7l3 3",
};

/** A small drawing in the colour of the text around it. */
export function icon(name) {
  const drawing = document.createElementNS(NAMESPACE, "svg");
  const path = document.createElementNS(NAMESPACE, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" })) {
    drawing.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}
