/** Reads the wire format of Protocol Buffers: the little of it that vector tiles use. */
export class Reader {
  #view;
  #bytes;
  #position;
  #end;

  constructor(bytes, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
    this.#end = end;
  }

  /** Calls `visit(field number, wire type)` for each field; one that is not read is skipped. */
  each(visit) {
    while (this.#position < this.#end) {
      const key = this.varint();
      const before = this.#position;
      visit(key >>> 3, key & 7);
      if (this.#position === before) this.#skip(key & 7);
    }
  }

  /** An unsigned number; exact up to 2^53. */
  varint() {
    let value = 0;
    let factor = 1;
    for (;;) {
      if (this.#position >= this.#end) throw new RangeError("vector tile: number runs past the end");
      const byte = this.#bytes[this.#position++];
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  /** A signed number in zigzag coding. */
  zigzag() {
    const value = this.varint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** An `int64`: negative numbers come as their two's complement in ten bytes. */
  signed() {
    const value = this.varint();
    return value >= 2 ** 63 ? value - 2 ** 64 : value;
  }

  float() {
    this.#position += 4;
    return this.#view.getFloat32(this.#position - 4, true);
  }

  double() {
    this.#position += 8;
    return this.#view.getFloat64(this.#position - 8, true);
  }

  text() {
    const [start, end] = this.#block();
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }

  /** A reader of the message that follows. */
  message() {
    const [start, end] = this.#block();
    return new Reader(this.#bytes, start, end);
  }

  /** The packed numbers that follow. */
  packed() {
    const inner = this.message();
    const numbers = [];
    while (inner.#position < inner.#end) numbers.push(inner.varint());
    return numbers;
  }

  #block() {
    const length = this.varint();
    const start = this.#position;
    if (start + length > this.#end) throw new RangeError("vector tile: message runs past the end");
    this.#position = start + length;
    return [start, this.#position];
  }

  #skip(wireType) {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#position += 8;
    else if (wireType === 2) this.#block();
    else if (wireType === 5) this.#position += 4;
    else throw new RangeError(`vector tile: wire type ${wireType}, want 0, 1, 2 or 5`);
  }
}
