/** An element with attributes and children; text becomes text, never markup. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** The same in SVG. */
function figure(name, attributes, ...children) {
  const made = L.SVG.create(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Text whose direction is its own: an override inside cannot turn the line around it. */
function bidi(text) {
  return element("bdi", {}, text);
}

/** A link out of the page, only when it really is one for the web. */
function link(address, text) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return bidi(text);
  }
  if (!["http:", "https:"].includes(url.protocol)) return bidi(text);
  return element("a", { href: url.href, rel: "noopener noreferrer", target: "_blank", dir: "auto" }, text);
}
