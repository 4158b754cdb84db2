//! Every composition of every shader is valid WGSL, and its uniforms are laid out as in Rust. No GPU.

use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::super::params;
use super::super::repack::PlaneFormat;
use super::{FILES, compose};
use crate::gguf::GgmlType;

fn compositions() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut push = |kernel: &str, choices: &[(&str, &str)]| {
        all.push((format!("{kernel} {choices:?}"), compose(kernel, choices)));
    };
    for kernel in ["mat_vec", "mat_mul", "mat_rows", "embed"] {
        for dtype in GgmlType::SUPPORTED {
            let layout = PlaneFormat::of(dtype).unwrap();
            let variants: &[(&str, &str)] = match kernel {
                "mat_vec" => &[("team", "team_memory"), ("team", "team_subgroup")],
                "mat_rows" => &[("tokens", "tokens_loads"), ("tokens", "tokens_swaps")],
                _ => &[("none", "none")],
            };
            for &variant in variants {
                for octet in ["octet", "octet_masks"] {
                    push(kernel, &[("quants", layout.quants), ("scale", layout.scale), variant, ("octet", octet)]);
                }
            }
        }
    }
    for kernel in ["attend", "rope_kv"] {
        for kv in ["kv_f32", "kv_f16"] {
            push(kernel, &[("kv", kv)]);
        }
    }
    for kernel in ["attend_join", "best", "draw", "glu", "norm", "penalize", "top"] {
        push(kernel, &[]);
    }
    all
}

fn parse(name: &str, text: &str) -> naga::Module {
    let module = naga::front::wgsl::parse_str(text).unwrap_or_else(|e| panic!("{name}:\n{}", e.emit_to_string(text)));
    // Browsers always have `unpack2x16float`; Naga calls it a capability because of old OpenGL.
    let capabilities = Capabilities::SHADER_FLOAT16 | Capabilities::SHADER_FLOAT16_IN_FLOAT32 | Capabilities::SUBGROUP;
    let mut validator = Validator::new(ValidationFlags::all(), capabilities);
    validator.subgroup_stages(naga::valid::ShaderStages::COMPUTE);
    validator.subgroup_operations(naga::valid::SubgroupOperationSet::all());
    if let Err(e) = validator.validate(&module) {
        panic!("{name}:\n{}", e.emit_to_string(text));
    }
    module
}

#[test]
fn every_shader_is_valid() {
    for (name, text) in compositions() {
        parse(&name, &text);
    }
}

#[test]
fn every_file_is_used_and_short() {
    let all: Vec<_> = compositions().into_iter().map(|(_, text)| text).collect();
    for (name, text) in FILES {
        assert!(text.lines().count() <= 135, "{name} has {} lines", text.lines().count());
        let own = text.lines().rfind(|l| !l.trim().is_empty() && *l != "}" && !l.starts_with('#')).unwrap();
        assert!(all.iter().any(|composed| composed.contains(own)), "no kernel imports {name}");
    }
}

#[test]
fn uniforms_are_laid_out_as_in_rust() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, text) in compositions() {
        let module = parse(&name, &text);
        for (_, variable) in module.global_variables.iter().filter(|(_, v)| v.space == naga::AddressSpace::Uniform) {
            let ty = &module.types[variable.ty];
            let (Some(struct_name), naga::TypeInner::Struct { members, span }) = (&ty.name, &ty.inner) else {
                panic!("{name}: a uniform that is no named struct");
            };
            let (_, fields, size) = params::ALL
                .iter()
                .find(|(n, ..)| n == struct_name)
                .unwrap_or_else(|| panic!("no twin of {struct_name}"));
            let theirs: Vec<_> = members.iter().map(|m| (m.name.as_deref().unwrap(), m.offset as usize)).collect();
            assert_eq!(&theirs, fields, "{struct_name} in {name}");
            assert_eq!(*span as usize, *size, "size of {struct_name}");
            seen.insert(struct_name.clone());
        }
    }
    assert_eq!(seen.len(), params::ALL.len(), "a uniform that no shader declares");
}
