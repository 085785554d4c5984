/** An element with attributes and children; text becomes text, never markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** The page's own data, put there by the server as JSON that no browser runs. */
export function pageData(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** A link out of the page, only when it really is one for the web. */
export function link(url, text) {
  const address = URL.canParse(url ?? "", window.location.href) ? new URL(url, window.location.href) : null;
  if (!address || !["http:", "https:"].includes(address.protocol)) return document.createTextNode(text);
  return element("a", { href: address.href, rel: "noopener nofollow", target: "_blank" }, text);
}
