// Mermaid's flowcharts and mind maps as far as they are drawn, and what is left as text.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseFlowchart, parseMindmap } from '../../www/ui/diagrams/flowchart.js';

test('nodes, shapes, chains and words on arrows are read', () => {
  const chart = parseFlowchart(`%% a comment
graph LR; A[Hard edge] -->|Link text| B(Round)
    B --> C{Decision}:::big
    C -- "one two" --> D["Quoted [1]"] & E((Circle))
    D <-.-> F([Pill]); F ==> A
    subgraph one [Group]
    G
    end
    style A fill:#f9f
    结点一 --- 结点二`);
  assert.equal(chart?.direction, 'LR');
  assert.deepEqual(
    chart?.nodes.map(({ id, label, shape }) => `${id} ${label} ${shape}`),
    [
      'A Hard edge box',
      'B Round round',
      'C Decision diamond',
      'D Quoted [1] box',
      'E Circle circle',
      'F Pill pill',
      'G G box',
      '结点一 结点一 box',
      '结点二 结点二 box',
    ],
  );
  assert.deepEqual(
    chart?.edges.map(
      ({ from, to, label, dotted, thick, start, end }) =>
        `${from}${start ? '<' : ''}${dotted ? '.' : thick ? '=' : '-'}${end ? '>' : ''}${to} ${label}`,
    ),
    ['A->B Link text', 'B->C ', 'C->D one two', 'C->E one two', 'D<.>F ', 'F=>A ', '结点一-结点二 '],
  );
});

test('what is no flowchart, is not whole, or is too large stays text', () => {
  const many = Array.from({ length: 300 }, (_, i) => `a${i} --> b${i}`).join('\n');
  const texts = [
    'sequenceDiagram\n A->>B: Hi',
    'flowchart TD',
    'flowchart TD\n A[open',
    'flowchart TD\n A --> ',
    'flowchart TD\n A --> B ???',
    `flowchart TD\n${many}`,
    `flowchart TD\n A[${'x'.repeat(30_000)}]`,
    '',
  ];
  for (const text of texts) assert.equal(parseFlowchart(text), undefined, text.slice(0, 40));
});

test('a mind map in Mermaid is a tree by its indentation', () => {
  assert.deepEqual(
    parseMindmap('mindmap\n  root((Tea))\n    ::icon(x)\n    id[Green]\n      Sencha\n    Black\n'),
    {
      label: 'Tea',
      children: [{ label: 'Green', children: [{ label: 'Sencha' }] }, { label: 'Black' }],
    },
  );
  assert.equal(parseMindmap('mindmap\n a\n b'), undefined);
  assert.equal(parseMindmap('flowchart TD'), undefined);
});
