import { DomUtil, GridLayer } from "./leaflet.js";
import { boxOf, changedBox, onPixels, touch } from "./changed-box.js";
import { contains } from "./days.js";

const AHEAD = 10; // days before the end of a window from which on the next one is fetched

/**
 * Canvas tiles of dated features. A new day repaints, in the next frame, only the boxes of tiles in
 * which something changed; inside the window of days that is loaded it asks for nothing, but near its end for the next one.
 * Subclasses draw: `paint(context, features, day)` in CSS pixels of the tile.
 */
export class DatedLayer extends GridLayer {
  #day = null;
  #frame = 0;
  #pending = 0;
  #shown = new Map();
  #source;

  constructor(source, options) {
    // Not class fields: those would beat the caller's options.
    super({ maxNativeZoom: source.maxZoom, updateWhenZooming: false, keepBuffer: 1, className: "dated", ...options });
    this.#source = source;
    this.on("tileunload", ({ coords }) => this.#shown.delete(this._tileCoordsToKey(coords)));
  }

  get day() {
    return this.#day;
  }

  /** Shows another day. */
  setDay(day) {
    if (day === this.#day) return;
    const step = this.#day === null ? 0 : Math.sign(day - this.#day);
    this.#day = day;
    for (const tile of this.#shown.values()) {
      if (!tile.days || !contains(...tile.days, day)) this.#reload(tile);
      else if (step) this.#lookAhead(tile, step);
    }
    this.#frame ||= requestAnimationFrame(() => this.#repaint());
  }

  /** Draws everything again, as when colours have changed. */
  repaint() {
    for (const tile of this.#shown.values()) Object.assign(tile, { index: -1, painted: null });
    this.#repaint();
  }

  /** The features on screen within some pixels of a position, nearest first, each once. */
  near(latLng, pixels) {
    const found = new Map();
    for (const tile of this.#shown.values()) {
      if (!tile.timeline || tile.coords.z !== this._tileZoom || !contains(...tile.loaded, this.#day)) continue;
      const at = this._map.project(latLng, tile.coords.z).subtract(tile.coords.scaleBy(this.getTileSize()));
      for (const feature of tile.timeline.on(this.#day)) {
        const distance = this.distance(feature, at);
        const known = found.get(feature.properties.id ?? feature.id);
        if (distance <= pixels && !(known?.distance <= distance)) {
          found.set(feature.properties.id ?? feature.id, { feature, distance });
        }
      }
    }
    return [...found.values()].sort((a, b) => a.distance - b.distance).map(({ feature }) => feature);
  }

  /** Pixels of the tile from a feature to a position; layers that can be pointed at say how far. */
  distance() {
    return Infinity;
  }

  /** Leaflet's: makes the element of one tile. */
  createTile(coords, done) {
    const canvas = DomUtil.create("canvas", "dated-tile");
    const size = this.getTileSize();
    const ratio = Math.max(1, window.devicePixelRatio);
    Object.assign(canvas, { width: Math.round(size.x * ratio), height: Math.round(size.y * ratio) });
    // `days` is the window that is loaded or on its way, `loaded` the one that `timeline` is of
    const tile = { canvas, coords, ratio, days: null, loaded: null, timeline: null, index: -1, painted: null };
    this.#shown.set(this._tileCoordsToKey(coords), tile);
    this.#load(tile).then(() => done(null, canvas), (error) => done(error, canvas));
    return canvas;
  }

  #reload(tile) {
    this.#load(tile).catch(() => this.fire("tileerror", { tile: tile.canvas, coords: tile.coords }));
  }

  /** Fetches the window that the reader is about to enter. */
  #lookAhead({ coords, days: [from, to] }, step) {
    const isNear = step > 0 ? to !== null && to - this.#day <= AHEAD : from !== null && this.#day - from < AHEAD;
    if (!isNear) return;
    const days = this.#source.windowAround(step > 0 ? to : from - 1, coords.z);
    this.#source.timeline(coords, days).catch(() => {}); // who enters it asks again, and hears of it then
  }

  async #load(tile) {
    if (this.#day === null) return;
    const days = this.#source.windowAround(this.#day, tile.coords.z);
    tile.days = days;
    this.#waiting(1);
    try {
      const timeline = await this.#source.timeline(tile.coords, days);
      if (days !== tile.days) return; // meanwhile the reader went to another window
      Object.assign(tile, { timeline, loaded: days, index: -1, painted: null });
      tile.canvas.hidden = !timeline.features.length; // even an empty picture costs in every frame
      this.#paintTile(tile);
      this.fire("timeline", { timeline });
    } catch (error) {
      if (days === tile.days) this.#forget(tile); // an old picture under a new date would be a lie
      throw error;
    } finally {
      this.#waiting(-1);
    }
  }

  #forget(tile) {
    Object.assign(tile, { timeline: null, painted: null });
    tile.canvas.getContext("2d").clearRect(0, 0, tile.canvas.width, tile.canvas.height);
  }

  #waiting(step) {
    this.#pending += step;
    this._container?.classList.toggle("is-loading", this.#pending > 0);
  }

  #repaint() {
    this.#frame = 0;
    for (const tile of this.#shown.values()) this.#paintTile(tile);
  }

  #paintTile(tile) {
    if (!tile.timeline || !contains(...tile.loaded, this.#day)) return;
    const index = tile.timeline.indexAt(this.#day);
    if (index === tile.index) return;
    tile.index = index;
    const features = tile.timeline.on(this.#day);
    const scale = this.getTileSize().x / (features[0]?.extent ?? 1);
    for (const feature of features) {
      feature.shape ??= this.shape(feature);
      feature.box ??= boxOf(feature.parts, scale);
    }
    const box = this.#boxToPaint(tile, features);
    tile.painted = { features, day: this.#day };
    const [left, top, right, bottom] = box;
    const context = tile.canvas.getContext("2d");
    context.setTransform(tile.ratio, 0, 0, tile.ratio, 0, 0);
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.clearRect(left, top, right - left, bottom - top);
    this.paint(context, features.filter((feature) => touch(feature.box, box, this.beside)), this.#day);
    context.restore();
  }

  /** What differs from the picture that is there, or all of it. */
  #boxToPaint({ painted, ratio }, features) {
    const size = this.getTileSize().x;
    if (!painted || this.beside === Infinity) return [0, 0, size, size];
    const changed = changedBox(painted.features, features, (feature) => this.turns(feature, painted.day, this.#day));
    return onPixels(changed, { beside: this.beside, size, ratio });
  }

  /** Pixels that are drawn beside a feature's shape; a layer that does not say so is painted tile by tile. */
  get beside() {
    return Infinity;
  }

  /** Whether a feature that is there on two days looks different on them. */
  turns() {
    return false;
  }

  /** A feature's parts as one path in CSS pixels of the tile; made once. */
  shape({ parts, extent, type }) {
    const path = new Path2D();
    const scale = this.getTileSize().x / extent;
    for (const part of parts) {
      path.moveTo(part[0] * scale, part[1] * scale);
      for (let i = 2; i < part.length; i += 2) path.lineTo(part[i] * scale, part[i + 1] * scale);
      if (type === 3) path.closePath();
    }
    return path;
  }
}
