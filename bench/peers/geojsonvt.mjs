// geojson-vt behind Node's own HTTP server: one day's zones in memory, a tile encoded anew for each request.
// node geojsonvt.mjs FOLDER-OF-MODULES FILE.geojson PORT
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {gzipSync} from 'node:zlib';

const [folder, file, port] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const {default: GeoJSONVT} = await import(`${folder}/node_modules/geojson-vt/src/index.js`);
const vtpbf = require('vt-pbf');
const index = new GeoJSONVT(JSON.parse(readFileSync(file)), {maxZoom: 14, extent: 4096, buffer: 64});

createServer((request, response) => {
  const [z, x, y] = request.url.slice(1).split('/').map(Number);
  const tile = Number.isInteger(y) ? index.getTile(z, x, y) : null;
  if (!tile) {
    response.writeHead(204).end();
    return;
  }
  const body = vtpbf.fromGeojsonVt({zones: tile}, {version: 2});
  const packed = gzipSync(body);
  response.writeHead(200, {
    'Content-Type': 'application/vnd.mapbox-vector-tile', 'Content-Encoding': 'gzip', 'Content-Length': packed.length,
  }).end(packed);
}).listen(Number(port), '127.0.0.1');
