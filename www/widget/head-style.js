// The style of the open chat's own head, as text for a constructable stylesheet. Loaded with the chat, not with the launcher.

export const HEAD_STYLE = `
.head {
  display: flex; align-items: center; gap: 0.25rem; padding: 0.5rem 0.5rem 0.5rem 1rem;
  border-bottom: 1px solid light-dark(#e8decb, #38332a);
}
.head h2 { flex: 1; margin: 0; font-size: 1rem; }
.head button {
  min-width: 2.75rem; min-height: 2.75rem; border: 0; border-radius: 0.6rem; background: none; color: inherit; cursor: pointer;
}
.head button:hover { background: rgb(128 128 128 / 15%); }
.head svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
`;
