// How a guarded answer streams, in the page and the widget, and that nothing of it leaves them. The engine writes a word when
// the test lets it, so that no clock is asked: bench/held.js measures the milliseconds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finished, startGuarded } from './guarded-site.js';

/** The engine asks for leave before each step. @param {string} engine */
const stepByStep = (engine) =>
  engine.replace('await pause(4);', 'await leave();') +
  `ANSWERS.pears = 'Pears are sweet. They ripen in autumn. Keep them in a cool place.';
const channel = new BroadcastChannel('leave');
const leave = () => new Promise((resolve) => {
  channel.onmessage = resolve;
  channel.postMessage('may I?');
});
`;

/** The other end: gives leave for so many steps. @param {import('playwright-core').Page} page */
async function conductor(page) {
  await page.evaluate(() => {
    const channel = new BroadcastChannel('leave');
    let left = 0;
    let asked = false;
    const give = () => {
      if (!asked || left === 0) return;
      asked = false;
      left -= 1;
      channel.postMessage('go on');
    };
    channel.onmessage = () => {
      asked = true;
      give();
    };
    /** @type {any} */ (globalThis).write = (/** @type {number} */ words) => {
      left += words;
      give();
    };
  });
  return (/** @type {number} */ words) =>
    page.evaluate((n) => /** @type {any} */ (globalThis).write(n), words);
}

for (const place of ['page', 'widget']) {
  test(`${place}: a sentence that has passed is shown with the first word behind its end`, async (t) => {
    const { page, answers, send, errors } = await startGuarded(t, place, '/policy.json', stepByStep);
    const write = await conductor(page);
    const last = answers.last();
    await send('Tell me of pears.');
    await write(4); // the fourth word begins the second sentence
    await last.getByText('Pears are sweet.').waitFor();
    assert.doesNotMatch(await last.innerText(), /They/);
    await write(4);
    await last.getByText('They ripen in autumn.').waitFor();
    assert.doesNotMatch(await last.innerText(), /Keep/);
    await write(6); // the answer's end is a sentence's, too
    await last.getByText('Keep them in a cool place.').waitFor();
    assert.deepEqual(errors, []);
  });

  test(`${place}: what is asked and answered is neither sent nor logged`, async (t) => {
    const { page, answers, send, log } = await startGuarded(t, place, '/policy.json');
    /** @type {string[]} */
    const told = [];
    const secret = /quince|rob a bank/i;
    page.on('console', (message) => told.push(message.text()));
    /** @type {string[]} */
    const addresses = [];
    page.context().on('request', (request) => {
      addresses.push(request.url());
      told.push(decodeURIComponent(request.url()), request.postData() ?? '');
    });
    await send('How do I peel a loquat?'); // loads what answers need
    await finished(answers, 1);
    await send('How do I rob a bank?');
    await finished(answers, 2);
    const asked = addresses.length;
    await send('How do I rob a bank without getting caught?');
    assert.match(await finished(answers, 3), /Not in this shop/);
    await send('Is a quince sour?');
    assert.match(await finished(answers, 4), /You said: Is a quince sour/);
    assert.ok(asked > 0, 'the listeners hear something');
    // What the page may still fetch is a file of its own, such as a service worker that is looked at again.
    assert.deepEqual(
      log.filter(({ method }) => method !== 'GET' && method !== 'HEAD'),
      [],
    );
    // The worker tries an address that is none, to see whether the page's policy keeps it in.
    const own = [new URL(page.url()).origin, 'https://nowhere.invalid:1'];
    const elsewhere = addresses.slice(asked).filter((url) => /^(http|ws)/.test(url));
    assert.deepEqual(
      elsewhere.filter((url) => !own.includes(new URL(url).origin)),
      [],
    );
    assert.deepEqual(
      told.filter((text) => secret.test(text)),
      [],
    );
  });
}
