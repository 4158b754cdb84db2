// Every error code in English: what happened, and what to do about it. Numbers and names are in the error itself.

/** @typedef {Readonly<Record<string, readonly [says: string, remedy: string]>>} ErrorTexts */

const DAMAGED = 'Download the file again; this copy is incomplete or damaged.';
const CONVERSION = 'Use another conversion of this model; this file does not describe a complete one.';
const KEPT = 'What has arrived is kept, and only the rest is fetched.';

/** @type {ErrorTexts} */
export const errors = {
  // the model file
  not_gguf: [
    'This is not a GGUF file.',
    'Give the GGUF file itself: on a model hub it is the “download” link, not the page about the file.',
  ],
  gguf_version: [
    'This GGUF version is not supported.',
    'Convert the model again with a current converter, or choose another file.',
  ],
  file_truncated: ['The model file ends too early.', DAMAGED],
  gguf_truncated: ['The model file ends too early.', DAMAGED],
  gguf_header: ['The header of the model file is damaged.', DAMAGED],
  missing_key: ['The model file lacks a setting that it needs.', CONVERSION],
  bad_metadata: ['The model file has an impossible setting.', CONVERSION],
  unsupported_architecture: [
    'Models of this family can’t run here yet.',
    'Choose a model of a supported family.',
  ],
  unsupported_type: [
    'The model uses a quantization that can’t run here yet.',
    'Choose a file of the same model in another quantization, such as Q4_0, Q4_K_M or Q8_0.',
  ],
  missing_tensor: ['A part of the model’s weights is missing from the file.', CONVERSION],
  tensor_shape: ['A part of the model’s weights has an unexpected shape.', CONVERSION],
  tensor_bytes: ['A part of the model’s weights has the wrong length.', DAMAGED],
  tokenizer: ['The model’s vocabulary can’t be used.', 'Use another conversion of this model.'],

  // answering
  chat_template: [
    'The model’s chat template refused this conversation.',
    'Start a new chat, remove the system prompt, or choose another model.',
  ],
  token_out_of_range: [
    'The model was given a token that it does not have.',
    'Load the model again; if this repeats, choose another one.',
  ],
  empty_prompt: ['There is nothing to answer.', 'Write a message first.'],
  context_full: [
    'The conversation is longer than the model’s context.',
    'Let older messages be left out, start a new chat, or load the model with a longer context.',
  ],
  bad_parameter: ['A setting is out of its range.', 'Put “How it answers” back to the defaults.'],
  bad_grammar: [
    'The form demanded of the answer can’t be used.',
    'Correct or simplify the schema or grammar.',
  ],
  session: [
    'What the model had already read can’t be used again.',
    'Ask again: the conversation is read once more.',
  ],
  not_loaded: ['No model is loaded.', 'Load a model first.'],
  engine_closed: ['The engine was closed.', 'Load the model again.'],

  // the device
  backend: [
    'The chosen way of computing failed or is not available here.',
    'Choose another one under “Runs on” in the settings.',
  ],
  out_of_memory: [
    'There is not enough memory.',
    'Close other tabs, choose a smaller model or a shorter context.',
  ],
  device_lost: [
    'The graphics card went away.',
    'Reload the page; if it happens again, choose the processor under “Runs on” in the settings.',
  ],
  gpu_lost: [
    'The GPU was lost.',
    'Nothing is needed: the model is loaded again, and the answer goes on by itself.',
  ],
  gpu_lost_again: [
    'The GPU was lost a second time.',
    'The answer goes on, on the processor. Reload the page to try the GPU again.',
  ],
  gpu_unavailable: [
    'The graphics card can’t be used.',
    'Nothing is needed: the model runs on the processor, more slowly.',
  ],
  fewer_threads: [
    'The engine runs on one thread only.',
    'Nothing is needed: answers come a little slower. Close other tabs and reload to try again.',
  ],
  engine_unsupported: [
    'This browser can’t run the engine.',
    'Use a browser with WebAssembly SIMD: Chrome 91, Firefox 89, Safari 16.4 or newer.',
  ],
  engine_unreachable: [
    'The engine’s own files can’t be loaded.',
    'Check the connection and reload; whoever runs this site must serve the pkg folder next to the page.',
  ],
  worker_failed: ['The engine stopped.', 'Load the model again; if that fails, reload the page.'],
  state: [
    'Something happened in the wrong order.',
    'Reload the page and report this; it is a mistake in the program.',
  ],
  internal: [
    'Something went wrong that should not.',
    'Reload the page. If it repeats, copy the diagnostics and report it.',
  ],
  io: ['A file can’t be read or written.', 'Check that it is still there and may be read.'],

  not_a_decoder: ['This model makes vectors of texts; it can’t answer.', 'Choose a model for conversations.'],
  not_an_encoder: ['This model makes no vectors of texts.', 'Choose a model for embeddings.'],

  // a server in the device’s place
  remote_unreachable: [
    'The server can’t be reached.',
    'Check its address, that it runs, and that it allows this page (CORS).',
  ],
  remote_blocked: [
    'This page may not connect to that server.',
    'Whoever runs the page must list it in connect-src of its Content-Security-Policy.',
  ],
  remote_error: ['The server answered with an error.', 'Try again; the line below says what it told.'],
  remote_model: ['The server lists no model.', 'Name a model that it has.'],

  // the download
  offline: ['This device is offline.', `Check the connection; the download goes on when it is back. ${KEPT}`],
  unreachable: [
    'The server can’t be reached.',
    'Check the address and the connection. If the server is up, it must allow this page with Access-Control-Allow-Origin, and the page’s Content-Security-Policy must list it in connect-src.',
  ],
  blocked_by_page: [
    'This page may not connect to that server.',
    'Its owner must list the model’s host in connect-src of the Content-Security-Policy. Or download the file and drop it into the page.',
  ],
  cors_refused: [
    'The server does not let this page read the file.',
    'Ask for Access-Control-Allow-Origin there, or download the file and drop it into the page.',
  ],
  stalled: ['The server stopped sending.', `Try again. ${KEPT}`],
  forbidden: [
    'The server refuses to give this file.',
    'It may need a licence click or an account. Download it in a browser tab and drop the file into the page, or choose another model.',
  ],
  not_found: [
    'There is no file at this address.',
    'Check the address for typing errors, or choose a model of the list.',
  ],
  rate_limited: ['The server takes no more requests for now.', `Wait a while, then try again. ${KEPT}`],
  server_error: ['The server is in trouble.', `Try again later. ${KEPT}`],
  http_status: ['The server gave an unexpected answer.', 'Check the address, or choose a model of the list.'],
  html_instead: [
    'The server sent a web page instead of the model.',
    'Give the address of the GGUF file itself: on a model hub it is the “download” link, not the page about the file. A hotel or company sign-in page can also answer in its place.',
  ],
  wrong_range: [
    'The server sends other bytes than were asked for.',
    'Try again later or use another address.',
  ],
  wrong_length: ['The file has another size than published.', 'Check the address or try again later.'],
  compressed: [
    'The host sent another number of bytes than it had said.',
    'It seems to compress the file on its way, which its owner must change. Or download the file and drop it into the page.',
  ],
  truncated: ['The file ended early.', `Try again. ${KEPT}`],
  weights_changed: [
    'The publisher has replaced the file.',
    'The download starts over with the new one; nothing of the old is mixed in. If it does not, load again.',
  ],
  hash_mismatch: [
    'The file differs from what was published, so it is not kept.',
    'Load again; if this repeats, use another address.',
  ],
  pin_mismatch: [
    'The file differs from the one first downloaded from this address, so it is not kept.',
    'Accept the new file only if you trust its publisher.',
  ],
  bad_source: [
    'This is no address of a model.',
    'Give an address that starts with https://, hub:owner/repo/file.gguf, or drop a .gguf file.',
  ],
  split_mismatch: [
    'These parts do not make one model.',
    'Give all parts of one model, from -00001-of- to the last, in one go.',
  ],
  wont_fit: ['This model will not fit on this device.', 'Choose a smaller model or a shorter context.'],

  // the browser's storage
  chunk_corrupt: [
    'A stored piece of the model is damaged.',
    'That piece alone is fetched again. If it can’t be, connect to the network and load again.',
  ],
  room_too_small: [
    'There is not enough room in the browser’s storage.',
    'Free some disk space, delete a stored model, choose a smaller one, or use this one from memory for this visit only.',
  ],
  quota_exceeded: [
    'The browser’s storage is full.',
    'The model runs from memory and will be downloaded again next time; free disk space or delete a stored model to keep it.',
  ],
  storage_unavailable: [
    'This browser keeps nothing here (a private window, perhaps).',
    'The model runs from memory and will be downloaded again next time.',
  ],
  storage_blocked: [
    'Another tab holds an older version of the storage open.',
    'Close the other tabs of this page and reload.',
  ],
  storage_newer: ['A newer version of this page has been used in this browser.', 'Reload to get it.'],
  model_busy: [
    'The model is in use or being downloaded by another tab.',
    'Close that tab or wait for it to finish.',
  ],
  model_missing: ['The model is not in this browser.', 'Download it first.'],
  model_incomplete: [
    'Only a part of the model is in this browser.',
    'Download the rest first; if it came from a file, open that file again.',
  ],
  read_out_of_range: [
    'The model file is shorter than its header says.',
    'Load it again from a complete source.',
  ],
  closed: ['The model was closed.', 'Load it again.'],

  // conversations and a site's own texts
  import_unknown: [
    'This file holds no conversations that can be read.',
    'Choose a file exported here (JSON or Markdown), or conversations.json from an export of ChatGPT.',
  ],
  page_incomplete: [
    'A part of this page could not be loaded.',
    'Check the connection and try again; if that fails, reload the page. Your conversations are kept.',
  ],
  microphone_refused: [
    'This page may not use the microphone.',
    'Allow it in the browser’s settings for this page, or type instead.',
  ],
  dictation_failed: [
    'Speech can’t be recognized on this device.',
    'Type instead; the browser may be able to fetch this language in its settings.',
  ],
  frame_silent: [
    'The chat’s frame does not answer.',
    'The site’s owner must check its address, and that it lets this site frame it (frame-ancestors, frame-src).',
  ],
  frame_origin: [
    'This chat does not take part in pages of this site.',
    'Whoever runs the chat must list the site in frame.html (loquat-embedders).',
  ],
  frame_address: [
    'The chat’s frame has no address.',
    'The site’s owner must give the address of frame.html.',
  ],
  knowledge_foreign: [
    'The site’s knowledge lies on another site.',
    'Its owner must copy the text to this one.',
  ],
  knowledge_unreachable: ['The site’s knowledge can’t be loaded.', 'Its owner must check the address.'],
};
