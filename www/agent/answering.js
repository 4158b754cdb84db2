// All that answering takes, for those who load it with the first question.
export { answer } from './loop.js';
export { repeatsFrom } from './repetition.js';
export { allSkills } from './skills.js';
export { allTools } from './tools.js';
