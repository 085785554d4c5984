/** Reads PMTiles, version 3, by ranges of bytes: directories are kept, a tile is one request. */
import { Reader } from "./protobuf.js";

const FIRST_READ = 16384; // header and root directory lie within
const GZIP = 2;
const PLACES = { root: 8, metadata: 24, leaves: 40, data: 56 }; // of offset and length in the header

/** One archive on a web host. */
export class Archive {
  #url;
  #start = null; // the first bytes
  #tag = null; // of the file when it was opened
  #directories = new Map();

  constructor(url) {
    this.#url = url;
  }

  /** Reads header and metadata; the answer is the archive, with `metadata`. */
  async open() {
    this.#start = await this.#fetch(0, FIRST_READ);
    const view = new DataView(this.#start.buffer);
    if (new TextDecoder().decode(this.#start.subarray(0, 7)) !== "PMTiles" || view.getUint8(7) !== 3) {
      throw new Error(`${this.#url} is not a PMTiles archive, version 3`);
    }
    if (view.getUint8(97) !== GZIP || view.getUint8(98) !== GZIP) throw new Error(`${this.#url}: want gzip inside`);
    for (const [name, at] of Object.entries(PLACES)) this[name] = [readLong(view, at), readLong(view, at + 8)];
    this.metadata = JSON.parse(new TextDecoder().decode(await unzipped(await this.#bytes(...this.metadata))));
    return this;
  }

  /** The bytes of a tile of all days, `null` when there is none. */
  tile({ z, x, y }) {
    return this.#find(...this.root, this.leaves[0], tileId(z, x, y));
  }

  /** The bytes of a tile of one span of days, by the span's number. */
  tileOfSpan(span, { z, x, y }) {
    const { offset, length } = this.metadata.second;
    const start = this.leaves[0] + offset;
    return this.#find(start, length, start + length, span * 2 ** this.metadata.span_bits + tileId(z, x, y));
  }

  /** Whether the tiles of spans are where the metadata say: a copy by another program may have left them out. */
  get hasSpans() {
    return this.metadata.second?.data === this.data[1];
  }

  async #find(offset, length, leaves, id) {
    const entry = lastUpTo(await this.#directory(offset, length), id);
    if (!entry) return null;
    if (entry.run === 0) return this.#find(leaves + entry.offset, entry.length, leaves, id);
    return id < entry.id + entry.run ? unzipped(await this.#bytes(this.data[0] + entry.offset, entry.length)) : null;
  }

  #directory(offset, length) {
    const wanted = this.#directories.get(offset) ?? this.#read(offset, length);
    this.#directories.set(offset, wanted);
    wanted.catch(() => this.#directories.delete(offset)); // so that the next look asks again
    return wanted;
  }

  async #read(offset, length) {
    return entries(new Reader(await unzipped(await this.#bytes(offset, length))));
  }

  async #bytes(offset, length) {
    if (offset + length <= this.#start.length) return this.#start.subarray(offset, offset + length);
    return this.#fetch(offset, length);
  }

  async #fetch(offset, length) {
    const response = await fetch(this.#url, { headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
    if (response.status === 200) {
      response.body?.cancel();
      throw new Error("this web host sends files only whole; it must answer range requests (HTTP 206)");
    }
    if (response.status !== 206) throw new Error(`${this.#url}: ${response.status}`);
    const tag = response.headers.get("ETag") ?? response.headers.get("Last-Modified");
    this.#tag ??= tag;
    if (tag !== this.#tag) throw new Error("the map was published anew; load the page again");
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** The number of a tile: zooms one after another, each along a Hilbert curve; exact to zoom 25. */
export function tileId(z, x, y) {
  let found = (4 ** z - 1) / 3;
  for (let side = 2 ** (z - 1); side >= 1; side /= 2) {
    const [right, down] = [x >= side, y >= side];
    found += (down ? (right ? 2 : 1) : right ? 3 : 0) * side * side;
    [x, y] = [x % side, y % side];
    if (!down) [x, y] = right ? [side - 1 - y, side - 1 - x] : [y, x];
  }
  return found;
}

/** Columns of numbers: ids as differences, runs, lengths, offsets (0: where the one before ends). */
function entries(reader) {
  const found = Array.from({ length: reader.varint() }, () => ({}));
  let id = 0;
  for (const entry of found) entry.id = id += reader.varint();
  for (const entry of found) entry.run = reader.varint();
  for (const entry of found) entry.length = reader.varint();
  let end = 0;
  for (const entry of found) {
    const offset = reader.varint();
    entry.offset = offset ? offset - 1 : end;
    end = entry.offset + entry.length;
  }
  return found;
}

function lastUpTo(list, id) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].id <= id) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function readLong(view, at) {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
