// Names that the bundler replaces by their values.
declare const __SHELL_FILES__: string[];
declare const __SHELL_VERSION__: string;
declare const __LOQUAT_VERSION__: string;
