// Saves a map in the forms that other programs read, and opens one in its place.
import { ACCEPT, MAP_FORMATS, openMap } from '../../app/maps/files.js';
import { h } from '../lib/dom.js';
import { drawIcon } from '../lib/icons.js';
import { menu } from './tools.js';
import { pngOf, svgText } from './picture.js';

/** @param {string} name @param {Blob} blob */
function give(name, blob) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {string} title */
const fileOf = (title) =>
  title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 60) || 'map';

/**
 * @param {import('./words.js').MapWords} t
 * @param {object} map
 * @param {() => import('../../protocol/parts.js').MapNode} map.root as it is now
 * @param {() => SVGSVGElement} map.picture
 * @param {((root: import('../../protocol/parts.js').MapNode, name: string) => void) | undefined} map.opened
 * @param {(error: unknown) => void} map.fail
 */
export function filesMenu(t, { root, picture, opened, fail }) {
  const summary = h('summary', { class: 'icon-button', 'aria-label': t('save'), title: t('save') });
  summary.append(drawIcon('M12 4v11M7 11l5 5 5-5M5 20h14'));
  const list = h('div', { class: 'map-files' });
  const details = menu(summary, list);
  const button = (/** @type {string} */ words, /** @type {() => unknown} */ run) =>
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: async () => {
          details.open = false;
          summary.focus();
          try {
            await run();
          } catch (error) {
            fail(error);
          }
        },
      },
      words,
    );
  const name = () => fileOf(root().label);
  list.append(
    h('p', null, t('savedAs')),
    button(t('picture'), async () => give(`${name()}.png`, await pngOf(picture()))),
    button(t('drawing'), () =>
      give(`${name()}.svg`, new Blob([svgText(picture())], { type: 'image/svg+xml' })),
    ),
    ...MAP_FORMATS.map(({ name: words, ending, type, write }) =>
      button(words, () => give(`${name()}.${ending}`, new Blob([write(root())], { type }))),
    ),
  );
  if (opened) {
    const picker = h('input', { type: 'file', accept: ACCEPT, hidden: true, 'aria-label': t('openFile') });
    picker.addEventListener('change', async () => {
      const [file] = picker.files ?? [];
      picker.value = '';
      try {
        if (file) opened(await openMap(file), file.name);
      } catch (error) {
        fail(error);
      }
    });
    list.append(
      button(t('openFile'), () => picker.click()),
      h('p', { class: 'help' }, t('openHelp')),
      picker,
    );
  }
  return details;
}
