// A PDF's pages as pdf.js draws them, with the text over them, so that it can be selected and marked. Only pages near
// those in sight are drawn; the others are empty boxes of their size.
import { h } from '../lib/dom.js';
import { markNth, markQuote, unmark } from './find.js';

/** @typedef {import('./text-view.js').DocumentView} DocumentView */
/** @typedef {{marks: {text: string, nth: number | undefined, name: string}[], root: HTMLElement, drawn?: Promise<void>, stop?: () => void}} Sheet a page */

/** Pages that stay drawn; each is a few megabytes. */
const DRAWN = 10;
/** Beyond this many pixels a side, browsers draw nothing. */
const LARGEST = 8192;

/**
 * @param {import('../../agent/documents/pdf-open.js').OpenPdf} pdf
 * @param {HTMLElement} scroller what it is shown in
 * @param {(page: number) => string} name of a page, for people
 * @returns {Promise<DocumentView>}
 */
export async function createPdfView({ document: pdf, library, close }, scroller, name) {
  const first = (await pdf.getPage(1)).getViewport({ scale: 1 });
  const root = h('div', { class: 'pdf-view' });
  /** @type {Sheet[]} */
  const sheets = [];
  for (let page = 1; page <= pdf.numPages; page++) {
    const box = h('div', { class: 'sheet', role: 'group', 'aria-label': name(page) });
    box.style.aspectRatio = `${first.width} / ${first.height}`;
    box.dataset.page = String(page);
    sheets.push({ root: box, marks: [] });
    root.append(box);
  }
  /** Pages that are drawn, those seen last at the end. @type {Set<number>} */
  const drawn = new Set();
  let closed = false;

  /** @param {number} number */
  function erase(number) {
    const sheet = sheets[number - 1];
    drawn.delete(number);
    sheet.stop?.();
    sheet.root.replaceChildren();
    delete sheet.drawn;
  }

  /** @param {number} number */
  function draw(number) {
    const sheet = sheets[number - 1];
    drawn.delete(number);
    drawn.add(number);
    for (const old of [...drawn].slice(0, -DRAWN)) erase(old);
    return (sheet.drawn ??= drawSheet(number, sheet).catch((error) => {
      if (closed || error?.name === 'RenderingCancelledException') return;
      delete sheet.drawn;
      sheet.root.replaceChildren(h('p', { class: 'note' }, String(error?.message ?? error)));
    }));
  }

  /** @param {number} number @param {Sheet} sheet */
  async function drawSheet(number, sheet) {
    const page = await pdf.getPage(number);
    const size = page.getViewport({ scale: 1 });
    sheet.root.style.aspectRatio = `${size.width} / ${size.height}`;
    const scale = (sheet.root.clientWidth || scroller.clientWidth) / size.width;
    const sharp = Math.min(
      globalThis.devicePixelRatio || 1,
      LARGEST / (scale * Math.max(size.width, size.height)),
    );
    const viewport = page.getViewport({ scale });
    const canvas = h('canvas', { 'aria-hidden': 'true' });
    canvas.width = Math.floor(viewport.width * sharp);
    canvas.height = Math.floor(viewport.height * sharp);
    const text = h('div', { class: 'textLayer' });
    text.style.setProperty('--total-scale-factor', String(scale));
    sheet.root.replaceChildren(canvas, text);
    const layer = new library.TextLayer({
      textContentSource: await page.getTextContent(),
      container: text,
      viewport,
    });
    const painting = page.render({
      canvas,
      viewport,
      ...(sharp === 1 ? {} : { transform: [sharp, 0, 0, sharp, 0, 0] }),
    });
    sheet.stop = () => (painting.cancel(), layer.cancel());
    await layer.render();
    for (const mark of sheet.marks) markOn(sheet, mark);
    await painting.promise;
    page.cleanup();
  }

  /** @param {Sheet} sheet @param {Sheet['marks'][number]} mark */
  const markOn = ({ root: on }, { text, nth, name: as }) =>
    nth === undefined ? markQuote(on, text, as) : markNth(on, text, nth, as);

  /** The text of a page, once it is there. @param {number} number */
  async function textOf(number) {
    const sheet = sheets[number - 1];
    void draw(number);
    for (let tries = 0; tries < 200 && !closed; tries++) {
      const layer = sheet.root.querySelector('.textLayer');
      if (layer && layer.childElementCount > 0) return;
      await Promise.race([sheet.drawn, new Promise((later) => setTimeout(later, 50))]);
      if (!sheet.drawn) return;
    }
  }

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) void draw(Number(/** @type {HTMLElement} */ (target).dataset.page));
    },
    { root: scroller, rootMargin: '50% 0px' },
  );
  for (const sheet of sheets) seen.observe(sheet.root);

  /** Drawn anew where the pages have another width. */
  let width = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const resized = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = sheets[0].root.clientWidth;
      if (width !== 0 && Math.abs(now - width) > 2) {
        const again = [...drawn];
        again.forEach(erase);
        again.forEach((number) => void draw(number));
      }
      width = now;
    }, 200);
  });
  resized.observe(root);

  /** The page at the middle of what is in sight. */
  function current() {
    const middle = scroller.getBoundingClientRect().top + scroller.clientHeight / 2;
    let [low, high] = [0, sheets.length - 1];
    while (low < high) {
      const half = Math.floor((low + high) / 2);
      if (sheets[half].root.getBoundingClientRect().bottom < middle) low = half + 1;
      else high = half;
    }
    return low + 1;
  }

  return {
    root,
    unitOf: ({ place }) => Number(place.anchor?.page ?? 1),
    async reveal(unit, text, nth, as = 'cited') {
      const sheet = sheets[unit - 1];
      if (!sheet) return false;
      sheet.root.scrollIntoView({ block: 'start' });
      if (text === '') return true;
      await textOf(unit);
      if (closed) return false;
      const wanted = { text, nth, name: as };
      sheet.marks.push(wanted);
      const marks = sheet.root.querySelectorAll(`mark.${as}`).length > 0 ? [] : markOn(sheet, wanted);
      const mark = marks[0] ?? sheet.root.querySelector(`mark.${as}`);
      (mark ?? sheet.root).scrollIntoView({ block: mark ? 'center' : 'start' });
      return mark !== null;
    },
    clear(as) {
      for (const sheet of sheets) sheet.marks = sheet.marks.filter((mark) => mark.name !== as);
      unmark(root, as);
    },
    close() {
      closed = true;
      seen.disconnect();
      resized.disconnect();
      clearTimeout(timer);
      for (const number of [...drawn]) erase(number);
      void close();
    },
    pages: {
      count: sheets.length,
      current,
      go: (page) => sheets[page - 1]?.root.scrollIntoView({ block: 'start' }),
      onturn: (turned) => scroller.addEventListener('scroll', turned, { passive: true }),
    },
  };
}
