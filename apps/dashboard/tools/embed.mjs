// embed.mjs FOLDER: compresses what stands in FOLDER/dist, and writes FOLDER/files.cpp, which holds all of it (dashboard.hpp).

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const folder = process.argv[2];
const dist = join(folder, 'dist');

function* filesIn(at) {
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    const path = join(at, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (!/\.(br|gz)$/.test(entry.name)) yield path;
  }
}

const all = createHash('sha256');
const arrays = [];
const rows = [];
for (const path of [...filesIn(dist)].sort()) {
  const type = TYPES[extname(path)];
  if (type === undefined) throw new Error(`${path}: no content type is known for it`);
  const bytes = readFileSync(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  all.update(hash);
  const name = `file${rows.length}`;
  const row = [`"/${relative(dist, path)}"`, `"${type}"`, `"\\"${hash.slice(0, 16)}\\""`];
  // The hash in the comment makes this source another one whenever a file is: compiler caches do not look into #embed.
  const embed = (suffix, ending) => {
    arrays.push(
      `// ${hash}`,
      `const unsigned char ${name}${suffix}[] = {`,
      `#embed "${relative(folder, path)}${ending}"`,
      '};',
    );
    row.push(`view(${name}${suffix})`);
  };
  embed('', '');
  const packed = {
    gzip: ['.gz', gzipSync(bytes, { level: 9 })],
    brotli: ['.br', brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
  };
  for (const [encoding, [ending, smaller]] of Object.entries(packed)) {
    if (smaller.length > bytes.length * 0.95) {
      row.push('{}');
      continue;
    }
    writeFileSync(path + ending, smaller);
    embed(`_${encoding}`, ending);
  }
  rows.push(`    {${row.join(', ')}},`);
}

writeFileSync(
  join(folder, 'files.cpp'),
  `// Made by apps/dashboard/tools/embed.mjs.
#include "apps/dashboard/dashboard.hpp"

#pragma clang diagnostic ignored "-Wc23-extensions"

namespace daybook::dashboard {
namespace {

${arrays.join('\n')}

template <std::size_t N>
std::string_view view(const unsigned char (&bytes)[N]) {
  return {reinterpret_cast<const char*>(bytes), N};
}

const File kFiles[] = {
${rows.join('\n')}
};

}  // namespace

std::span<const File> files() { return kFiles; }
std::string_view version() { return "${all.digest('hex').slice(0, 8)}"; }

}  // namespace daybook::dashboard
`,
);
