#!/usr/bin/env node
// `npx loquat-chat knowledge build FOLDER`: the command line of the package. In the repository: `cargo xtask knowledge FOLDER`.
import { parseArgs } from 'node:util';
import { buildKnowledge } from './build.mjs';

const HELP = `knowledge build [FOLDER] [--out FILE] [--config FILE] [--sitemap FILE-OR-ADDRESS] [--no-cache]

Reads HTML, Markdown, PDF, DOCX, text, CSV of products (columns name, price, …) and of questions (question, answer),
JSON lists of {question, answer}, faq.md with a heading a question. Writes one file for <loquat-chat knowledge="…">,
and beside it a report of what was left out and of what contradicts itself.`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: 'knowledge.loquat' },
      config: { type: 'string' },
      sitemap: { type: 'string' },
      'no-cache': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [task, step, folder = '.'] = positionals;
  if (values.help || task !== 'knowledge' || step !== 'build') {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
  } else {
    await buildKnowledge({
      folder,
      out: values.out,
      ...(values.config ? { config: values.config } : {}),
      ...(values.sitemap ? { sitemap: values.sitemap } : {}),
      cache: !values['no-cache'],
      say: (line) => console.log(line),
    });
  }
} catch (error) {
  console.error(`error: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}
