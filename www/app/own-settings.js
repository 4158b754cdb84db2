// What belongs to one conversation, not to all: who answers in it and how. It is taken from the settings when the
// conversation begins; a change of the settings reaches the open conversation and new ones, and leaves the others alone.

import { DEFAULTS } from './settings.js';

/**
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {Pick<Settings, typeof OWN[number]>} OwnSettings
 */

const OWN = /** @type {const} */ ([
  'persona',
  'system',
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'maxTokens',
]);

/** @param {Partial<Settings>} settings those of a new conversation, or of a change @returns {Partial<OwnSettings>} */
export const ownPart = (settings) =>
  Object.fromEntries(OWN.flatMap((name) => (name in settings ? [[name, settings[name]]] : [])));

/** The settings as they are for the open conversation. @param {{settings: Settings, chat: import('./chat-tree.js').Chat}} state @returns {Settings} */
export const settingsOf = ({ settings, chat }) => ({ ...settings, ...chat.conversation.own });

/** What the model is told: the standard role is told in the person's language. @param {string} system @param {{standardRole?: string}} state */
export const roleOf = (system, { standardRole }) =>
  system === DEFAULTS.system ? (standardRole ?? system) : system;
