//! WGSL sources and their `#import`s. Knows no device; every composition is validated in tests.
//!
//! A kernel is one file; what it shares with others is imported from `shaders/lib` once, depth first.
//! Some imports are placeholders (`quants`, `scale`, `octet`, `kv`, `team`, `tokens`) that the caller maps to a file: that is how
//! one kernel serves every block format.

/// `(placeholder, file)` pairs for [`compose`].
pub type Choices<'a> = &'a [(&'a str, &'a str)];

macro_rules! files {
    ($($name:literal => $path:literal),* $(,)?) => {
        /// All shader files by name.
        pub const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("shaders/", $path, ".wgsl")))),*];
    };
}

files! {
    "attend" => "attend",
    "attend_join" => "attend_join",
    "best" => "best",
    "draw" => "draw",
    "embed" => "embed",
    "glu" => "glu",
    "mat_mul" => "mat_mul",
    "mat_rows" => "mat_rows",
    "mat_vec" => "mat_vec",
    "norm" => "norm",
    "penalize" => "penalize",
    "rope_kv" => "rope_kv",
    "top" => "top",
    "activate" => "lib/activate",
    "candidate" => "lib/candidate",
    "head" => "lib/head",
    "kv_f16" => "lib/kv_f16",
    "kv_f32" => "lib/kv_f32",
    "octet" => "lib/octet",
    "octet_masks" => "lib/octet_masks",
    "product" => "lib/product",
    "quants_bf16" => "lib/quants_bf16",
    "quants_f16" => "lib/quants_f16",
    "quants_f32" => "lib/quants_f32",
    "quants_q2" => "lib/quants_q2",
    "quants_q3" => "lib/quants_q3",
    "quants_q4" => "lib/quants_q4",
    "quants_q5" => "lib/quants_q5",
    "quants_q6" => "lib/quants_q6",
    "quants_q8" => "lib/quants_q8",
    "reduce" => "lib/reduce",
    "rules" => "lib/rules",
    "scale_k16" => "lib/scale_k16",
    "scale_k32" => "lib/scale_k32",
    "scale_none" => "lib/scale_none",
    "scale_pair" => "lib/scale_pair",
    "scale_q2k" => "lib/scale_q2k",
    "step" => "lib/step",
    "tokens_loads" => "lib/tokens_loads",
    "tokens_swaps" => "lib/tokens_swaps",
    "team_memory" => "lib/team_memory",
    "team_subgroup" => "lib/team_subgroup",
}

/// The text of `kernel` with its imports, `enable` directives first.
///
/// # Panics
/// If a file imports a name that neither exists nor is chosen: a mistake that tests find.
pub fn compose(kernel: &str, choices: Choices<'_>) -> String {
    let mut composer = Composer { choices, seen: Vec::new(), enables: String::new(), body: String::new() };
    composer.include(kernel);
    composer.enables + &composer.body
}

struct Composer<'a> {
    choices: Choices<'a>,
    seen: Vec<&'a str>,
    enables: String,
    body: String,
}

impl<'a> Composer<'a> {
    fn include(&mut self, name: &'a str) {
        let name = self.choices.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to);
        if self.seen.contains(&name) {
            return;
        }
        self.seen.push(name);
        let text = FILES.iter().find(|(file, _)| *file == name).map(|(_, text)| *text);
        #[expect(clippy::panic, reason = "the set of files is fixed at compile time and tested as a whole")]
        let Some(text) = text else { panic!("no shader file {name:?}") };
        for line in text.lines() {
            if let Some(import) = line.strip_prefix("#import ") {
                self.include(import.trim());
            } else if line == "enable subgroups;" && cfg!(not(target_arch = "wasm32")) {
                // Naga has them without, and refuses the line that browsers want.
            } else if line.starts_with("enable ") {
                self.enables.push_str(line);
                self.enables.push('\n');
            } else {
                self.body.push_str(line);
                self.body.push('\n');
            }
        }
    }
}

#[cfg(test)]
#[path = "shader_tests.rs"]
mod tests;
