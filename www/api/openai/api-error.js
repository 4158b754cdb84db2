// Errors as OpenAI's API shapes them, with this engine's stable code and remedy. Decides nothing about requests.
import { isAbort } from '../../protocol/messages.js';

/** @typedef {{message: string, type: string, param: string | null, code: string | null, remedy: string}} ErrorBody */

/** Which engine codes are the caller's doing, and so a 400; others are the engine's, a 500. */
const CALLERS = new Map([
  ['bad_parameter', 400],
  ['no_infill', 400],
  ['bad_grammar', 400],
  ['context_full', 400],
  ['empty_prompt', 400],
  ['token_out_of_range', 400],
  ['not_a_decoder', 400],
  ['not_an_encoder', 400],
  ['chat_template', 400],
  ['not_loaded', 503],
  ['engine_closed', 503],
  ['busy', 429],
]);

/** The fields that the official client's `APIError` has, so that code written for it reads this one too. */
export class ApiError extends Error {
  /** @param {number} status @param {ErrorBody} error */
  constructor(status, error) {
    super(error.message);
    this.name = 'APIError';
    this.status = status;
    this.error = error;
    this.type = error.type;
    this.param = error.param;
    this.code = error.code;
    this.remedy = error.remedy;
  }
}

/**
 * @param {string} param the request's field
 * @param {string} message
 * @param {string} remedy
 * @param {string} [code]
 */
export function invalidRequest(param, message, remedy, code = 'invalid_request') {
  return new ApiError(400, { message, type: 'invalid_request_error', param, code, remedy });
}

/**
 * Any error as an ApiError; an AbortError stays what it is, as the platform has it.
 * @param {unknown} error
 * @param {string} [constraint] the request's field that a bad grammar comes from
 */
export function toApiError(error, constraint = 'response_format') {
  if (error instanceof ApiError || isAbort(error)) return error;
  const { code, remedy } = /** @type {{code?: unknown, remedy?: unknown}} */ (error ?? {});
  const known = typeof code === 'string' ? code : 'internal';
  const status = CALLERS.get(known) ?? 500;
  return new ApiError(status, {
    message: error instanceof Error ? error.message : String(error),
    type: status === 400 ? 'invalid_request_error' : 'server_error',
    param: known === 'bad_grammar' ? constraint : null,
    code: known,
    remedy: typeof remedy === 'string' ? remedy : '',
  });
}
