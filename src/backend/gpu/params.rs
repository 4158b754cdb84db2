//! The uniforms of the kernels, field by field as in WGSL. A test compares the layouts.

use bytemuck::{Pod, Zeroable};

/// A struct that a shader declares under the same name with the same fields.
pub trait Uniform: Pod {
    /// Name of the struct in WGSL.
    const NAME: &'static str;
    /// `(name, byte offset)` of each field.
    const FIELDS: &'static [(&'static str, usize)];
}

macro_rules! uniforms {
    ($($(#[$doc:meta])* struct $name:ident { $($field:ident: $ty:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[repr(C)]
            #[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
            pub struct $name { $(pub $field: $ty,)* }

            impl Uniform for $name {
                const NAME: &'static str = stringify!($name);
                const FIELDS: &'static [(&'static str, usize)] =
                    &[$((stringify!($field), std::mem::offset_of!($name, $field)),)*];
            }
        )*

        /// `(struct, fields, size)` of all uniforms.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &[(&str, usize)], usize)] =
            &[$(($name::NAME, $name::FIELDS, std::mem::size_of::<$name>()),)*];
    };
}

uniforms! {
    /// `lib/step.wgsl`
    struct Step { start: u32, len: u32, logit_first: u32, rope_long: u32, }
    /// `mat_vec.wgsl`
    struct MatVec {
        rows: u32, blocks: u32, x_stride: u32, y_stride: u32, y_at: u32, grid: u32, dim: f32, eps: f32, cap: f32,
    }
    /// `mat_mul.wgsl`
    struct MatMul { rows: u32, blocks: u32, x_stride: u32, y_stride: u32, y_at: u32, cap: f32, }
    /// `embed.wgsl`
    struct Embed { row0: u32, rows: u32, blocks: u32, x_stride: u32, factor: f32, }
    /// `norm.wgsl`
    struct Norm { dim: u32, x_stride: u32, y_stride: u32, eps: f32, }
    /// `glu.wgsl`
    struct Glu { ff: u32, x_stride: u32, y_stride: u32, }
    /// `lib/head.wgsl`
    struct Attend {
        heads: u32, kv_heads: u32, head_dim: u32, qkv_stride: u32, out_stride: u32, window: u32, values: u32,
        pairs: u32, table: u32, table_long: u32, scale: f32, cap: f32, eps: f32,
    }
    /// `attend_join.wgsl`
    struct AttendJoin { quads: u32, heads: u32, }
    /// `best.wgsl`, `top.wgsl`
    struct Choose { n: u32, }
    /// `lib/rules.wgsl`
    struct Rules {
        candidates: u32, top_k: u32, temperature: f32, top_p: f32, min_p: f32, seed: u32, position: u32, history: u32,
        last_n: u32, repetition: f32, frequency: f32, presence: f32,
    }
}
