// The order of the rooms in www/: a module imports from its own room and from those above it in this list, never from one
// below, and no two modules import each other. What each room is for: docs/architecture.md.
const ROOMS = [
  'protocol',
  'weights',
  'worker',
  'engine',
  'agent',
  'api',
  'app',
  'locales',
  'service',
  'ui/lib',
  'ui/tables',
  'ui/maps',
  'ui/diagrams',
  'ui/parts',
  'ui/models',
  'ui/settings',
  'ui/documents',
  'ui/writing',
  'ui/chat',
  'widget',
];

/** Workers are started by address; what they run is no import. */
const order = ROOMS.slice(0, -1).map((room, i) => ({
  name: `${room} imports from rooms above it only`,
  severity: 'error',
  from: { path: `^www/${room}/` },
  to: { path: `^www/(${ROOMS.slice(i + 1).join('|')})/|^www/main\\.js$` },
}));

/** What runs in the engine's worker knows nothing of the page, and the page's side runs no engine. */
const threads = [
  {
    name: 'only the worker runs the worker',
    severity: 'error',
    from: { path: '^www/', pathNot: '^www/(worker|protocol)/' },
    to: { path: '^www/worker/(worker|host|load|helper-thread|start-threads)\\.js$' },
  },
];

module.exports = {
  forbidden: [
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no unresolved imports', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...order,
    ...threads,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^pkg/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'browser', 'default'] },
  },
};
