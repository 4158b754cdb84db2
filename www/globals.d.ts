// Names that the bundler replaces by their values.
declare const __SHELL_FILES__: Record<string, string>;
declare const __SHELL_VERSION__: string;
declare const __LOQUAT_VERSION__: string;
declare const __LOQUAT_LANGUAGES__: readonly string[];
declare const __LOQUAT_LAUNCHER__: Readonly<Record<string, import('./locales/tables.js').Launcher>>;
declare const __LOQUAT_BROKEN__: readonly string[];

/** Draws what a canvas is told as SVG. */
declare module 'svgcanvas' {
  export class Context {
    constructor(size: { width: number; height: number });
    canvas: unknown;
    getSerializedSvg(): string;
  }
}
