// The skill that makes mind maps. What it is asked for is told by `request.js`; what makes the map is loaded when one is
// wanted.
import { mapRequestOf } from './request.js';

/** @type {import('../skills.js').Skill} */
export const MAP_SKILL = {
  name: 'map',
  wants: (question) => mapRequestOf(question) !== undefined,
  start: async (question) => (await import('./making.js')).makeMap(question),
};
