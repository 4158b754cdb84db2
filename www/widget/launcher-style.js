// The launcher's and the frame's style, as text for a constructable stylesheet: no style element, no CSP exception.

export const STYLE = `
:host { display: block; height: var(--loquat-height, 36rem); color-scheme: light dark; }
:host([data-theme='light']) { color-scheme: light; }
:host([data-theme='dark']) { color-scheme: dark; }
:host(.loquat-floating) { display: contents; }
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
.box {
  box-sizing: border-box; height: 100%; overflow: hidden; display: flex; flex-direction: column;
  background: var(--loquat-bg, light-dark(#fffcf6, #1a1814)); color: light-dark(#2b2620, #ece5d8);
  border: 1px solid light-dark(#e8decb, #38332a); border-radius: var(--loquat-radius, 1rem);
  font: 1rem/1.5 system-ui, sans-serif;
}
.box > .body { flex: 1; min-height: 0; }
.box > iframe { flex: 1; width: 100%; border: 0; color-scheme: inherit; }
.box > p { margin: auto; padding: 1rem; }
svg { width: 1.4rem; height: 1.4rem; fill: currentColor; vertical-align: middle; }
.floating { position: fixed; inset-block-end: 1rem; z-index: var(--loquat-z, 2147483000); }
.bottom-right { right: 1rem; }
.bottom-left { left: 1rem; }
.floating > .box {
  position: absolute; bottom: 4.25rem; width: min(var(--loquat-width, 25rem), calc(100vw - 2rem));
  height: min(var(--loquat-height, 38rem), calc(100dvh - 7rem)); box-shadow: 0 8px 40px rgb(0 0 0 / 25%);
}
.bottom-right > .box { right: 0; }
.bottom-left > .box { left: 0; }
.launcher {
  display: flex; align-items: center; gap: 0.5rem; min-width: 3.5rem; min-height: 3.5rem; padding: 0 1.05rem;
  border: 0; border-radius: 2rem; cursor: pointer; font: 600 1rem/1 system-ui, sans-serif;
  background: var(--loquat-accent, #f2a12e); color: var(--loquat-on-accent, var(--on, #2b1a00));
  box-shadow: 0 4px 18px rgb(0 0 0 / 22%);
}
@supports (color: color(from red xyz x y z)) {
  .launcher { --on: color(from var(--loquat-accent, #f2a12e) xyz clamp(0, (0.18 - y) * 999, 0.95) clamp(0, (0.18 - y) * 999, 1) clamp(0, (0.18 - y) * 999, 1.09)); }
}
button:focus-visible { outline: 3px solid light-dark(#2257a5, #9cc4ff); outline-offset: 2px; }
@media (prefers-reduced-motion: no-preference) { .launcher { transition: transform 0.15s; } .launcher:hover { transform: scale(1.04); } }
`;
