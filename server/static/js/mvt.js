/** Decodes Mapbox Vector Tiles, version 2.1, into plain layers. */
import { Reader } from "./protobuf.js";

export const POINT = 1;
export const LINE = 2;
export const POLYGON = 3;

const VALUE = {
  1: (reader) => reader.text(),
  2: (reader) => reader.float(),
  3: (reader) => reader.double(),
  4: (reader) => reader.signed(),
  5: (reader) => reader.varint(),
  6: (reader) => reader.zigzag(),
  7: (reader) => reader.varint() === 1,
};

/** `{name: {extent, features: [{id, type, properties, parts}]}}`; a part is a list `x, y, x, y, …` in tile units. */
export function decodeTile(bytes) {
  const layers = {};
  const reader = new Reader(bytes);
  reader.each((field) => {
    if (field !== 3) return;
    const layer = readLayer(reader.message());
    layers[layer.name] = layer;
  });
  return layers;
}

function readLayer(reader) {
  const layer = { name: "", extent: 4096, features: [] };
  const [keys, values, features] = [[], [], []];
  reader.each((field) => {
    if (field === 1) layer.name = reader.text();
    else if (field === 2) features.push(readFeature(reader.message()));
    else if (field === 3) keys.push(reader.text());
    else if (field === 4) values.push(readValue(reader.message()));
    else if (field === 5) layer.extent = reader.varint();
  });
  layer.features = features.map(({ id, type, tags, commands }) => ({
    id,
    type,
    properties: properties(tags, keys, values),
    parts: parts(commands, type),
  }));
  return layer;
}

function readFeature(reader) {
  const feature = { id: null, type: 0, tags: [], commands: [] };
  reader.each((field) => {
    if (field === 1) feature.id = reader.varint();
    else if (field === 2) feature.tags = reader.packed();
    else if (field === 3) feature.type = reader.varint();
    else if (field === 4) feature.commands = reader.packed();
  });
  return feature;
}

function readValue(reader) {
  let value = null;
  reader.each((field) => {
    if (VALUE[field]) value = VALUE[field](reader);
  });
  return value;
}

function properties(tags, keys, values) {
  const found = {};
  for (let i = 0; i + 1 < tags.length; i += 2) found[keys[tags[i]]] = values[tags[i + 1]];
  return found;
}

function parts(commands, type) {
  const found = [];
  let [x, y, i] = [0, 0, 0];
  while (i < commands.length) {
    const [command, count] = [commands[i] & 7, commands[i] >>> 3];
    i += 1;
    if (command === 7) continue; // close path: polygons are closed when they are drawn
    for (let n = 0; n < count; n += 1, i += 2) {
      x += signed(commands[i]);
      y += signed(commands[i + 1]);
      if (command === 1 && (n === 0 || type === POINT)) found.push([]);
      found.at(-1).push(x, y);
    }
  }
  return type === POLYGON ? found.map((part) => Int16Array.from(part)) : found; // half the memory, where there is much
}

function signed(number) {
  return (number >>> 1) ^ -(number & 1);
}
