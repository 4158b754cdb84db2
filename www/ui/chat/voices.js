// The device's own voices. Those that would send the text to a server don't count.
export const localVoices = () =>
  'speechSynthesis' in globalThis ? speechSynthesis.getVoices().filter((voice) => voice.localService) : [];
