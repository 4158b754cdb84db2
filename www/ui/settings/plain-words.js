// What a number in the settings means, in plain words.

/** Words a token stands for, and words of a page of a book; rough, for imagination. */
const WORDS = 0.75;
const PAGE = 300;

/** @param {import('../lib/i18n.js').I18nWith<'panels'>} i18n @param {string} name of the setting @param {number} value @returns {string} */
export function plainWords({ t, number }, name, value) {
  const words = Math.round((value * WORDS) / 10) * 10;
  switch (name) {
    case 'temperature':
      if (value === 0) return t('tempSame');
      return t(value < 0.45 ? 'tempSteady' : value < 1.05 ? 'tempVaried' : 'tempWild');
    case 'topP':
      return value >= 1 ? t('off') : t('likeliest', { share: `${number(value * 100)} %` });
    case 'minP':
    case 'topK':
      return value === 0 ? t('off') : '';
    case 'repetitionPenalty':
      return value <= 1 ? t('off') : '';
    case 'maxTokens':
      return t('aboutWords', { n: words });
    case 'contextLength':
      return value === 0 ? t('modelsOwn') : t('aboutPages', { n: Math.max(1, Math.round(words / PAGE)) });
    default:
      return '';
  }
}
