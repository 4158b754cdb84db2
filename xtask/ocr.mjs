// What reads the text of scans: tesseract.js, its core and its data for English and Chinese, which no build has unless the
// operator asks for it. Run by itself (ocr.mjs FOLDER) it puts them there, from the npm packages that are pinned here.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Packages with the SHA-256 of their archives, and the files of each that are wanted. */
const PACKAGES = [
  {
    name: 'tesseract.js@7.0.0',
    sha256: '9a93bf51c3387f945d10a24bf8b3a4bf2e45c7c7161b8242aafbaf9d3c4b606a',
    files: ['dist/tesseract.esm.min.js', 'dist/worker.min.js', 'LICENSE.md'],
  },
  {
    name: 'tesseract.js-core@7.0.0',
    sha256: 'ba584355515eaff877552022853c0e71f2cb70466e759d1d6940484929718ee0',
    files: ['tesseract-core-simd-lstm.js', 'tesseract-core-simd-lstm.wasm'],
  },
  {
    name: '@tesseract.js-data/eng@1.0.0',
    sha256: 'c9bddf2e2f0a214ac7918f3f4a3caf45e09ce8674fe26662ae7787ac8927f7bb',
    files: ['4.0.0_best_int/eng.traineddata.gz'],
  },
  {
    name: '@tesseract.js-data/chi_sim@1.0.0',
    sha256: '850d4a217c87808ef765385cbe5825f4ae99047a49b17e024069ceb663f01c33',
    files: ['4.0.0_best_int/chi_sim.traineddata.gz'],
  },
];

/** Where each file is, by its name below pkg/ocr/. @param {string} folder @returns {Map<string, string>} */
export const ocrFiles = (folder) =>
  new Map(
    PACKAGES.flatMap(({ files }) => files.map((path) => [basename(path), join(folder, basename(path))])),
  );

const run = promisify(execFile);

/** @param {string} folder */
async function fetchAll(folder) {
  await mkdir(folder, { recursive: true });
  for (const { name, sha256, files } of PACKAGES) {
    if (files.every((path) => existsSync(join(folder, basename(path))))) continue;
    console.log(`Fetching ${name}`);
    const fresh = await mkdtemp(join(folder, 'part-'));
    try {
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
      const { stdout } = await run(npm, ['pack', '--silent', '--pack-destination', fresh, name]);
      const archive = join(fresh, stdout.trim().split('\n').pop() ?? '');
      const found = createHash('sha256')
        .update(await readFile(archive))
        .digest('hex');
      if (found !== sha256)
        throw new Error(`${name} has the SHA-256 ${found}, not ${sha256}: it is not used. Fetch it again.`);
      const members = files.map((path) => `package/${path}`);
      await run('tar', ['-xzf', archive, '-C', fresh, ...members]);
      for (const path of files) {
        const part = join(fresh, 'whole');
        await cp(join(fresh, 'package', path), part);
        await rename(part, join(folder, basename(path)));
      }
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (!folder) {
    console.error('ocr.mjs FOLDER');
    process.exit(2);
  }
  await fetchAll(resolve(folder)).catch((error) => {
    console.error(`The files that read scans are not there: ${error.message}`);
    process.exit(1);
  });
}
