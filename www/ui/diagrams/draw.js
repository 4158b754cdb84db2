// A flowchart as SVG: places by dagre, shapes and words by classes of maps.css. `<text>` only.
import { graphlib, layout } from '@dagrejs/dagre';
import { s } from '../maps/draw.js';
import { wrap } from '../maps/label.js';
import { FONT, measurer } from '../maps/theme.js';

/** @typedef {import('./flowchart.js').Flowchart} Flowchart */

const WIDEST = 180; // pixels of a line
const LINE = 20;
const PAD = { x: 14, y: 10 };
const MARGIN = 16;

let drawings = 0;

/** @param {string} text @param {(text: string) => number} measure */
function labelled(text, measure) {
  const { lines, width } = wrap(text, WIDEST, measure);
  return { lines: lines.map((line) => line.trim()), width: Math.ceil(width), height: lines.length * LINE };
}

/** @param {readonly string[]} lines @param {number} x @param {number} y */
const words = (lines, x, y) =>
  s(
    'text',
    { 'text-anchor': 'middle' },
    ...lines.map((line, i) =>
      s('tspan', { x, y: y + (i - (lines.length - 1) / 2) * LINE, dy: '0.35em' }, line),
    ),
  );

/** @param {import('./flowchart.js').Shape} shape @param {{x: number, y: number, width: number, height: number}} at */
function outline(shape, { x, y, width, height }) {
  if (shape === 'circle') return s('circle', { class: 'box', cx: x, cy: y, r: width / 2 });
  if (shape === 'diamond') {
    const [w, h] = [width / 2, height / 2];
    return s('path', { class: 'box', d: `M${x} ${y - h}L${x + w} ${y}L${x} ${y + h}L${x - w} ${y}Z` });
  }
  const rx = shape === 'pill' ? height / 2 : shape === 'round' ? 12 : 4;
  return s('rect', { class: 'box', x: x - width / 2, y: y - height / 2, width, height, rx });
}

/** @param {Flowchart} chart */
export function drawFlowchart({ direction, nodes, edges }) {
  const measure = measurer(`14px ${FONT}`);
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: direction, nodesep: 36, ranksep: 48, marginx: MARGIN, marginy: MARGIN });
  const labels = new Map(nodes.map(({ id, label }) => [id, labelled(label, measure)]));
  for (const { id, shape } of nodes) {
    const { width, height } = labels.get(id) ?? { width: 0, height: 0 };
    let size = { width: width + 2 * PAD.x, height: height + 2 * PAD.y };
    if (shape === 'pill') size.width += 12;
    if (shape === 'diamond') size = { width: width * 1.5 + 44, height: height * 1.6 + 36 };
    if (shape === 'circle') size.width = size.height = Math.max(size.width, size.height);
    graph.setNode(id, size);
  }
  const said = edges.map(({ label }) => (label ? labelled(label, measure) : undefined));
  edges.forEach(({ from, to }, i) => {
    const size = said[i];
    graph.setEdge(
      from,
      to,
      { ...(size ? { width: size.width + 10, height: size.height + 6 } : {}), labelpos: 'c' },
      String(i),
    );
  });
  layout(graph);
  const { width = 0, height = 0 } = /** @type {{width?: number, height?: number}} */ (graph.graph());
  const head = `loquat-arrow-${++drawings}`;
  const marker = s(
    'marker',
    {
      id: head,
      viewBox: '0 0 10 10',
      refX: 9,
      refY: 5,
      markerWidth: 7,
      markerHeight: 7,
      orient: 'auto-start-reverse',
    },
    s('path', { class: 'head', d: 'M0 0L10 5L0 10Z' }),
  );
  const lines = edges.flatMap(({ from, to, dotted, thick, start, end }, i) => {
    const edge = graph.edge(from, to, String(i));
    const points = /** @type {Array<{x: number, y: number}>} */ (edge.points ?? []);
    const path = s('path', {
      class: `line${dotted ? ' dotted' : ''}${thick ? ' thick' : ''}`,
      d: points.map(({ x, y }, n) => `${n === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join(''),
      ...(start ? { 'marker-start': `url(#${head})` } : {}),
      ...(end ? { 'marker-end': `url(#${head})` } : {}),
    });
    const label = said[i];
    if (!label) return [path];
    const { x, y } = /** @type {{x: number, y: number}} */ (edge);
    const back = s('rect', {
      class: 'behind',
      x: x - label.width / 2 - 3,
      y: y - label.height / 2,
      width: label.width + 6,
      height: label.height,
    });
    return [path, back, words(label.lines, x, y)];
  });
  const boxes = nodes.flatMap(({ id, shape }) => {
    const at = /** @type {{x: number, y: number, width: number, height: number}} */ (graph.node(id));
    return [outline(shape, at), words(labels.get(id)?.lines ?? [], at.x, at.y)];
  });
  return s(
    'svg',
    {
      class: 'flow',
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
    },
    s('defs', {}, marker),
    ...lines,
    ...boxes,
  );
}
