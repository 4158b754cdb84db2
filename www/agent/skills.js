// The skills that answer before the model does, in order. A skill is a line here and a state machine, most of them in a
// wasm module: `next(reply?)` gives the next step (as JSON: crates/agent/src/skill.rs).
import { MAP_SKILL } from './maps/skill.js';
import { NUMBER_SKILLS } from './numbers.js';

/**
 * @typedef {import('../protocol/messages.js').ChatMessage} ChatMessage
 * @typedef {import('../protocol/messages.js').Constraint} Constraint
 * @typedef {import('../protocol/parts.js').Part} Part
 *
 * @typedef {object} Question
 * @property {string} text what was asked last
 * @property {ChatMessage[]} messages the conversation as the model gets it, that question last
 * @property {string} today ISO date
 * @property {{name: string, parameters?: number, knowledge?: string, fast?: boolean}} model what answers; `knowledge`: year and month in which
 *   it ends; `fast`: a second prompt is read before anyone minds
 * @property {string} pkg where wasm modules are
 *
 * @typedef {{messages: ChatMessage[], constraint?: Constraint, max_tokens: number, temperature?: number, visible?: boolean, draft?: Part[]}} Ask `draft`: the answer as far as a long piece of work has got
 * @typedef {{parts: Part[], answer?: string, sources?: string[], refused?: boolean}} Outcome
 * @typedef {({type: 'ask'} & Ask) | ({type: 'done'} & Outcome) | {type: 'pass'}} Step
 *
 * @typedef {object} Running
 * @property {(reply?: string) => Promise<Step>} next
 * @property {(text: string) => Part[] | undefined} [draft] what can be shown of a reply that has come so far
 * @property {() => unknown} [free]
 *
 * @typedef {object} Skill
 * @property {string} name
 * @property {(question: Question) => boolean} wants whether it is worth loading for this question: cheap, and rather yes than no
 * @property {(question: Question) => Promise<Running>} start
 */

/** @type {Skill[]} */
const SKILLS = [MAP_SKILL, ...NUMBER_SKILLS];

/** @param {Skill} skill @param {{first?: boolean}} [options] `first`: before those that there are */
export function registerSkill(skill, { first = false } = {}) {
  if (first) SKILLS.unshift(skill);
  else SKILLS.push(skill);
}

/** @returns {readonly Skill[]} */
export const allSkills = () => SKILLS;
