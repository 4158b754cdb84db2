// Vectors of passages: made a few at a time, for what has none, and never twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import { inMemory } from '../../www/agent/documents/kept.js';
import { createVectors, fillVectors, questionVector } from '../../www/agent/documents/vectors.js';

/** A collection of so many passages that refuses the vectors of some. @param {number} count @param {number[]} [refuses] */
function collection(count, refuses = []) {
  /** @type {Map<number, number[]>} */
  const vectors = new Map();
  return {
    vectors,
    /** @param {string} method @param {any[]} given */
    async call(method, ...given) {
      if (method === 'encoded_question') return `query: ${given[0]}`;
      if (method === 'without_vectors') {
        const missing = Array.from({ length: count }, (_, n) => [n, `passage: ${n}`]);
        return JSON.stringify(missing.filter(([n]) => !vectors.has(Number(n))).slice(0, given[0]));
      }
      assert.equal(method, 'set_vectors');
      const width = given[1].length / given[0].length;
      given[0].forEach((/** @type {number} */ passage, /** @type {number} */ n) => {
        if (!refuses.includes(passage))
          vectors.set(passage, [...given[1].subarray(n * width, (n + 1) * width)]);
      });
      return undefined;
    },
  };
}

/** Two numbers that tell a text. @param {string} text */
const vectorOf = (text) => Float32Array.of(Number(text.split(' ')[1]), 1);

test('every passage gets its own vector, in small calls', async () => {
  const documents = collection(7);
  /** @type {number[]} */
  const calls = [];
  const made = await fillVectors(documents, async (texts) => {
    calls.push(texts.length);
    return texts.map(vectorOf);
  });
  assert.equal(made, 7);
  assert.deepEqual(documents.vectors.get(5), [5, 1]);
  assert.ok(calls.every((length) => length <= 2));
});

test('texts without a vector are tried once, and the others get theirs', async () => {
  const documents = collection(9, [0, 1, 2, 6]);
  let texts = 0;
  await fillVectors(documents, async (given) => {
    texts += given.length;
    return given.map(vectorOf);
  });
  assert.equal(texts, 9);
  assert.deepEqual([...documents.vectors.keys()], [3, 4, 5, 7, 8]);
});

test('it ends when it is told to', async () => {
  const controller = new AbortController();
  const documents = collection(50);
  const filling = fillVectors(
    documents,
    async (texts) => {
      if (documents.vectors.size >= 4) controller.abort(new Error('enough'));
      return texts.map(vectorOf);
    },
    { signal: controller.signal },
  );
  await assert.rejects(filling, /enough/);
  assert.ok(documents.vectors.size < 10);
});

test('a question is asked by its words where its vector cannot be had', async () => {
  const documents = collection(1);
  assert.equal(await questionVector(documents, 'Why?', undefined), undefined);
  const failing = async () => Promise.reject(new Error('no encoder'));
  assert.equal(await questionVector(documents, 'Why?', failing), undefined);
  /** @type {string[]} */
  const heard = [];
  const encode = async (/** @type {string[]} */ texts) => {
    heard.push(...texts);
    return [Float32Array.of(1, 2)];
  };
  assert.deepEqual(await questionVector(documents, 'Why?', encode), Float32Array.of(1, 2));
  assert.deepEqual(heard, ['query: Why?']);
});

test('what was made is kept beside the document, and asked for once', async () => {
  const kept = inMemory();
  await kept.put('documents', { hash: 'a', name: 'a.txt', bytes: Uint8Array.of(1) });
  const one = () => {
    const documents = collection(3);
    return {
      ...documents,
      /** @param {string} method @param {any[]} given */
      async call(method, ...given) {
        if (method === 'vectors_of') return new TextEncoder().encode(JSON.stringify([...documents.vectors]));
        if (method === 'set_vectors_of') {
          for (const [n, vector] of JSON.parse(new TextDecoder().decode(given[1])))
            documents.vectors.set(n, vector);
          return true;
        }
        return documents.call(method, ...given);
      },
    };
  };
  let encoded = 0;
  const encode = async (/** @type {string[]} */ texts) => {
    encoded += texts.length;
    return texts.map(vectorOf);
  };
  const made = async (/** @type {string} */ name) => {
    const vectors = createVectors();
    vectors.use({ name, encode });
    const documents = one();
    await vectors.begin(documents, [{ hash: 'a' }], kept);
    for (let n = 0; n < 50 && documents.vectors.size < 3; n++) await new Promise((r) => setTimeout(r));
    for (let n = 0; n < 50 && (await kept.get('documents', 'a'))?.vectors?.encoder !== name; n++)
      await new Promise((r) => setTimeout(r));
    assert.equal(documents.vectors.size, 3);
  };
  await made('e5');
  assert.equal(encoded, 3);
  await made('e5');
  assert.equal(encoded, 3, 'they were kept');
  await made('another');
  assert.equal(encoded, 6, 'those of another encoder are of no use');
});
