//! No cycles of modules: on every level of a crate, its parts know each other in one direction. Reads `use`
//! declarations and paths, of what is not compiled for tests alone.
//!
//! A part is a file with the files below it. What a module's own file defines is for all of its parts, and how it puts
//! them together is its job, so neither counts; what it only passes on (`pub use`) counts as the part's that has it.

use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// A module's path below the crate's root.
type Module = Vec<String>;

/// What one module's file says.
#[derive(Default)]
struct Source {
    /// Paths as written, with their first segment: `crate`, `self`, `super`, a name.
    paths: Vec<Vec<String>>,
    /// Names that a `use` brings in, and where they are from.
    names: BTreeMap<String, Vec<String>>,
}

/// An error with the cycle, where the crate whose root is this file has one.
pub fn check(root: &Path) -> Result<()> {
    let mut modules = BTreeMap::new();
    read(root, Vec::new(), true, &mut modules)?;
    let mut levels: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (module, source) in &modules {
        for path in &source.paths {
            let Some(target) = resolve(&modules, module, path) else { continue };
            let shared = module.iter().zip(&target).take_while(|(a, b)| a == b).count();
            // Neither is above the other.
            if shared < module.len() && shared < target.len() {
                let level = levels.entry(module[..shared].to_vec()).or_default();
                level.entry(module[shared].clone()).or_default().insert(target[shared].clone());
            }
        }
    }
    let found = levels.iter().filter_map(|(level, edges)| Some((level, cycle(edges)?)));
    let lines: Vec<String> =
        found.map(|(level, cycle)| format!("in {}: {}", display(level), cycle.join(" → "))).collect();
    match lines.is_empty() {
        true => Ok(()),
        false => bail!("{}: modules know each other in a circle\n  {}", root.display(), lines.join("\n  ")),
    }
}

fn display(module: &[String]) -> String {
    std::iter::once("crate").chain(module.iter().map(String::as_str)).collect::<Vec<_>>().join("::")
}

/// Reads a module's file, and those of the modules that it declares.
fn read(file: &Path, module: Module, is_root: bool, modules: &mut BTreeMap<Module, Source>) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
    let folder = match (is_root, file.file_name().is_some_and(|name| name == "mod.rs")) {
        (false, false) => file.with_extension(""),
        _ => file.parent().map(PathBuf::from).unwrap_or_default(),
    };
    let mut reader = Reader { source: Source::default(), inner: Vec::new() };
    reader.visit_file(&parsed);
    modules.insert(module.clone(), reader.source);
    for name in reader.inner {
        let child = [&module[..], std::slice::from_ref(&name)].concat();
        let places = [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")];
        let place = places.iter().find(|place| place.exists());
        read(place.with_context(|| format!("{}: mod {name} has no file", file.display()))?, child, false, modules)?;
    }
    Ok(())
}

struct Reader {
    source: Source,
    /// Modules that are declared, with a file of their own.
    inner: Vec<String>,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !attributes.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        match &item.content {
            None => self.inner.push(item.ident.to_string()),
            // A module within a file is that file's affair, but for the `super` in its paths.
            Some(_) => visit::visit_item_mod(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.source.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

impl Reader {
    fn tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.tree(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
            syn::UseTree::Glob(_) => self.source.paths.push(before.clone()),
            syn::UseTree::Name(name) => self.name(before, &name.ident.to_string(), &name.ident.to_string()),
            syn::UseTree::Rename(name) => self.name(before, &name.ident.to_string(), &name.rename.to_string()),
        }
    }

    fn name(&mut self, before: &[String], name: &str, known_as: &str) {
        let path = match name {
            "self" => before.to_vec(),
            name => [before, &[name.to_owned()]].concat(),
        };
        let known_as =
            if known_as == "self" { before.last().cloned().unwrap_or_default() } else { known_as.to_owned() };
        self.source.names.insert(known_as, path.clone());
        self.source.paths.push(path);
    }
}

/// `#[cfg(test)]` and its like.
fn is_for_tests(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg")
        && list.tokens.to_string().split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
}

/// The module that a path leads to, through what others pass on; none for what is not of this crate.
fn resolve(modules: &BTreeMap<Module, Source>, from: &Module, path: &[String]) -> Option<Module> {
    let (mut at, mut rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        "super" => {
            let up = path.iter().take_while(|segment| *segment == "super").count();
            (from[..from.len().checked_sub(up)?].to_vec(), &path[up..])
        }
        name => {
            let child = [&from[..], &[name.to_owned()]].concat();
            // What it imports under this name counts by its own declaration.
            if !modules.contains_key(&child) {
                return None;
            }
            (from.clone(), path)
        }
    };
    // Each pass goes down a module or along a name that is passed on; a ring of those has an end.
    for _ in 0..64 {
        let Some((name, after)) = rest.split_first() else { break };
        let child = [&at[..], std::slice::from_ref(name)].concat();
        if modules.contains_key(&child) {
            (at, rest) = (child, after);
            continue;
        }
        let passed_on = modules.get(&at).and_then(|source| source.names.get(name)).filter(|_| at != *from);
        return match passed_on {
            Some(path) => resolve(modules, &at, path).or(Some(at)),
            None => Some(at),
        };
    }
    Some(at)
}

/// Names that follow each other in a circle, the first again at the end.
fn cycle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| walk(edges, start, &mut Vec::new(), &mut done))
}

fn walk(
    edges: &BTreeMap<String, BTreeSet<String>>,
    at: &String,
    trail: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(first) = trail.iter().position(|name| name == at) {
        return Some([&trail[first..], std::slice::from_ref(at)].concat());
    }
    if done.contains(at) {
        return None;
    }
    trail.push(at.clone());
    let found = edges.get(at).into_iter().flatten().find_map(|next| walk(edges, next, trail, done));
    trail.pop();
    done.insert(at.clone());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate of these files below its root.
    fn crate_of(files: &[(&str, &str)]) -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        check(&folder.path().join("lib.rs"))
    }

    #[test]
    fn files_that_use_each_other_are_a_cycle_that_is_named() {
        let error = crate_of(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use super::c; pub struct B(c::C);"),
            ("c.rs", "pub struct C; impl C { fn a() -> crate::a::A { crate::a::A } }"),
        ]);
        let text = error.expect_err("a circle").to_string();
        assert!(text.contains("a → b → c → a"), "{text}");
    }

    #[test]
    fn a_part_deep_inside_counts_for_the_part_that_has_it() {
        let error = crate_of(&[
            ("lib.rs", "mod model; mod backend;"),
            ("model.rs", "use crate::backend::Backend;"),
            ("backend.rs", "mod test; pub trait Backend {}"),
            ("backend/test.rs", "use crate::model::Model;"),
        ]);
        assert!(error.expect_err("a circle").to_string().contains("backend → model → backend"));
    }

    #[test]
    fn what_a_module_passes_on_is_the_parts_that_has_it() {
        let files = |used: &str| {
            crate_of(&[
                ("lib.rs", "mod m;"),
                ("m.rs", "mod a; mod b; pub use a::A; pub struct Own;"),
                ("m/a.rs", "use super::b::B; pub struct A;"),
                ("m/b.rs", &format!("use super::{used}; pub struct B;")),
            ])
        };
        assert!(files("A").expect_err("a circle").to_string().contains("crate::m: a → b → a"));
        files("Own").expect("what the module itself defines is for its parts");
    }

    #[test]
    fn tests_may_use_what_they_like() {
        crate_of(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] use crate::a::A;"),
        ])
        .expect("no circle");
    }
}
