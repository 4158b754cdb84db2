// What a program finds in the sandbox besides the language: a console, timers, `plot`. Evaluated within it, as text; the one
// way out is `emit(kind, json)`.

export const PRELUDE = `((emit) => {
  'use strict';
  const { stringify } = JSON;
  const keysOf = Object.keys;
  const show = (value, depth, seen) => {
    if (typeof value === 'string') return depth > 0 ? stringify(value) : value;
    if (typeof value === 'bigint') return value + 'n';
    if (typeof value === 'function') return '[Function ' + (value.name || 'anonymous') + ']';
    if (typeof value === 'symbol') return value.toString();
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    if (seen.includes(value)) return '[Circular]';
    if (value instanceof Error) return value.name + ': ' + value.message;
    if (value instanceof Date) return isNaN(value) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    if (depth > 4) return Array.isArray(value) ? '[Array]' : '[Object]';
    const inner = (each) => show(each, depth + 1, [...seen, value]);
    const list = (items, open, close) => items.length === 0 ? open + close : open + ' ' + items.join(', ') + ' ' + close;
    const short = (items) => items.length > 100 ? [...items.slice(0, 100).map(inner), '… ' + (items.length - 100) + ' more'] : items.map(inner);
    if (Array.isArray(value)) return list(short(value), '[', ']');
    if (ArrayBuffer.isView(value)) return value.constructor.name + ' ' + list(short(Array.from(value)), '[', ']');
    if (value instanceof Map) return 'Map(' + value.size + ') ' + list([...value].map(([k, v]) => inner(k) + ' => ' + inner(v)), '{', '}');
    if (value instanceof Set) return 'Set(' + value.size + ') ' + list(short([...value]), '{', '}');
    const name = value.constructor && value.constructor !== Object ? value.constructor.name + ' ' : '';
    return name + list(keysOf(value).slice(0, 100).map((key) => (/^[A-Za-z_$][\\w$]*$/.test(key) ? key : stringify(key)) + ': ' + inner(value[key])), '{', '}');
  };
  const format = (values) => {
    let [first, ...rest] = values;
    if (typeof first !== 'string' || !/%[sdifoOj]/.test(first)) return values.map((value) => show(value, 0, [])).join(' ');
    const text = first.replace(/%([sdifoOj%])/g, (whole, kind) => {
      if (kind === '%') return '%';
      if (rest.length === 0) return whole;
      const value = rest.shift();
      if (kind === 'd' || kind === 'f') return String(Number(value));
      if (kind === 'i') return String(parseInt(value, 10));
      return show(value, kind === 's' ? 0 : 1, []);
    });
    return [text, ...rest.map((value) => show(value, 0, []))].join(' ');
  };
  let indent = '';
  const say = (kind) => (...values) => emit(kind, stringify(format(values).replace(/^/gm, indent)));
  const counts = new Map();
  const cell = (value) => show(value, 0, []);
  globalThis.console = {
    log: say('log'), info: say('log'), debug: say('log'), warn: say('warn'), error: say('error'), trace: say('log'),
    dir: (value) => say('log')(value),
    assert: (holds, ...values) => { if (!holds) say('error')('Assertion failed:', ...values); },
    count: (label = 'default') => { counts.set(label, (counts.get(label) ?? 0) + 1); say('log')(label + ': ' + counts.get(label)); },
    group: (...values) => { if (values.length > 0) say('log')(...values); indent += '  '; },
    groupEnd: () => { indent = indent.slice(2); },
    time: () => {}, timeEnd: () => {}, timeLog: () => {},
    table: (rows) => {
      if (typeof rows !== 'object' || rows === null) return say('log')(rows);
      const entries = Object.entries(rows);
      const columns = [...new Set(entries.flatMap(([, row]) => (typeof row === 'object' && row !== null ? keysOf(row) : [])))];
      const plain = entries.some(([, row]) => typeof row !== 'object' || row === null);
      emit('table', stringify({
        columns: ['#', ...columns, ...(plain ? ['='] : [])],
        rows: entries.map(([key, row]) => {
          const object = typeof row === 'object' && row !== null;
          return [key, ...columns.map((name) => (object && name in row ? cell(row[name]) : '')), ...(plain ? [object ? '' : cell(row)] : [])];
        }),
      }));
    },
  };
  const numbers = (values) => Array.from(values, (value) => (Number.isFinite(Number(value)) ? Number(value) : null));
  globalThis.plot = (first, second, options) => {
    if (second !== undefined && !Array.isArray(second) && typeof second === 'object') [second, options] = [undefined, second];
    const given = options ?? {};
    const named = !Array.isArray(first) && typeof first === 'object' && first !== null;
    const series = named ? Object.entries(first) : [[String(given.label ?? 'y'), second ?? first]];
    if (!series.every(([, values]) => Array.isArray(values))) throw new TypeError('plot takes a list of numbers: plot(ys), plot(xs, ys) or plot({ name: ys })');
    const labels = (!named && second ? first : series[0]?.[1].map((_, i) => i + 1) ?? []).map(String);
    const kind = ['bar', 'line', 'area', 'scatter', 'pie'].includes(given.type) ? given.type : 'line';
    emit('plot', stringify({ kind, x: String(given.x ?? 'x'), labels, series: series.map(([name, values]) => [name, numbers(values)]) }));
  };
  // No time passes: what is due first is called first.
  let timers = [];
  let last = 0;
  let now = 0;
  const later = (repeats) => (call, delay, ...args) => {
    if (typeof call !== 'function') throw new TypeError('a timer needs a function');
    const every = Math.max(repeats ? 1 : 0, Number(delay) || 0);
    timers.push({ id: ++last, at: now + every, every: repeats ? every : undefined, call, args });
    return last;
  };
  globalThis.setTimeout = later(false);
  globalThis.setInterval = later(true);
  globalThis.clearTimeout = globalThis.clearInterval = (id) => { timers = timers.filter((timer) => timer.id !== id); };
  globalThis.structuredClone = (value) => JSON.parse(stringify(value));
  globalThis.module = { exports: {} };
  globalThis.exports = module.exports;
  const tick = () => {
    if (timers.length === 0) return false;
    const next = timers.reduce((first, each) => (each.at < first.at ? each : first));
    now = next.at;
    if (next.every === undefined) timers = timers.filter((timer) => timer !== next);
    else next.at += next.every;
    next.call(...next.args);
    return true;
  };
  return (what, value) => (what === 'tick' ? tick() : show(value, 1, []));
})`;
