// Text as people type it: ligatures, full-width and Kangxi forms to ordinary characters, without marks that nobody types.
// Pure.

/** Radicals that fonts give in place of the character, and that Unicode's own normalization leaves as they are. */
const RADICALS =
  '⺁⺄⺅⺆⺈⺉⺋⺌⺍⺎⺏⺐⺒⺓⺖⺘⺙⺛⺝⺞⺟⺠⺡⺢⺣⺤⺨⺩⺫⺬⺭⺮⺯⺰⺱⺲⺳⺷⺹⺼⺾⺿⻁⻂⻃' +
  '⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳';
const CHARACTERS =
  '厂乙亻冂刀刂㔾小小尢尣尢巳幺忄扌攵旡月歺母民氵氺灬爫犭王目示礻竹糹纟罓罒罓羊耂月艹艹虎衤覀' +
  '西见角讠贝足车辶辶辶阝钅長镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙亀亀龟';
const ORDINARY = new Map([...RADICALS].map((radical, n) => [radical, [...CHARACTERS][n]]));
const RADICAL = /[\u2E80-\u2EF3]/gu;

/** Marks of direction and soft hyphens. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/** @param {string} text */
export const plainText = (text) =>
  text
    .normalize('NFKC')
    .replace(RADICAL, (radical) => ORDINARY.get(radical) ?? radical)
    .replace(INVISIBLE, '');
