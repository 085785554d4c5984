import { GridLayer } from "./leaflet.js";

const LEVEL = 160; // over the land of our own, below the zones

/** Image tiles of another host under the map, where a setting of the service names one. */
export class Backdrop extends GridLayer {
  #url;

  constructor({ url, credit }) {
    const told = document.createElement("span");
    told.textContent = credit; // Leaflet writes an attribution as HTML
    super({ pane: "backdrop", attribution: told.innerHTML, maxNativeZoom: 18 });
    this.#url = url;
  }

  /** Leaflet's. */
  onAdd(map) {
    if (!map.getPane("backdrop")) Object.assign(map.createPane("backdrop").style, { zIndex: LEVEL, pointerEvents: "none" });
    return super.onAdd(map);
  }

  /** Leaflet's: makes the element of one tile. */
  createTile(coords, done) {
    const image = document.createElement("img");
    Object.assign(image, { alt: "", onload: () => done(null, image), onerror: () => done(new Error("no tile"), image) });
    image.src = this.#url.replace(/\{([xyz])\}/g, (_, name) => coords[name]);
    return image;
  }
}
