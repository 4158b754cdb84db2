//! The kernels' bindings, and pipelines made from them once. Knows no model.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::shader;
use crate::error::Result;

/// What a kernel does with a storage buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    Write,
}
use Access::{Read, Write};

/// A shader and its storage bindings, which start at 2; 0 is the kernel's uniform, 1 the step's.
#[derive(Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Name of the shader file.
    pub name: &'static str,
    /// Bindings 2, 3, …
    pub bindings: &'static [Access],
}

/// Quants, high bits, scales, x, gain, bias, y.
pub static MAT_VEC: Kernel = Kernel { name: "mat_vec", bindings: PROJECT };
const PROJECT: &[Access] = &[Read, Read, Read, Read, Read, Read, Write];
/// As [`MAT_VEC`].
pub static MAT_MUL: Kernel = Kernel { name: "mat_mul", bindings: PROJECT };
/// As [`MAT_VEC`].
pub static MAT_ROWS: Kernel = Kernel { name: "mat_rows", bindings: PROJECT };
/// Quants, high bits, scales, ids, x.
pub static EMBED: Kernel = Kernel { name: "embed", bindings: &[Read, Read, Read, Read, Write] };
/// x, gain, bias, y.
pub static NORM: Kernel = Kernel { name: "norm", bindings: &[Read, Read, Read, Write] };
/// x, y.
pub static GLU: Kernel = Kernel { name: "glu", bindings: &[Read, Write] };
/// qkv, kv, q norm, k norm, rotary table.
pub static ROPE_KV: Kernel = Kernel { name: "rope_kv", bindings: &[Read, Write, Read, Read, Read] };
/// qkv, kv, q norm, k norm, rotary table, out, partial.
pub static ATTEND: Kernel = Kernel { name: "attend", bindings: &[Read, Write, Read, Read, Read, Write, Write] };
/// partial, out.
pub static ATTEND_JOIN: Kernel = Kernel { name: "attend_join", bindings: &[Read, Write] };
/// history, logits.
pub static PENALIZE: Kernel = Kernel { name: "penalize", bindings: &[Read, Write] };
/// logits, best.
pub static BEST: Kernel = Kernel { name: "best", bindings: &[Read, Write] };
/// logits, candidates, top.
pub static TOP: Kernel = Kernel { name: "top", bindings: &[Read, Read, Write] };
/// candidates, ids, history.
pub static DRAW: Kernel = Kernel { name: "draw", bindings: &[Read, Write, Write] };

/// What [`Pipelines`] of one device share: a model loaded again compiles nothing.
pub type Shared = Arc<Mutex<Pipelines>>;

/// Pipelines by kernel, imports and constants.
#[derive(Debug, Default)]
pub struct Pipelines {
    layouts: HashMap<&'static str, (wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    modules: HashMap<String, wgpu::ShaderModule>,
    pipelines: HashMap<String, wgpu::ComputePipeline>,
}

impl Pipelines {
    /// The layout of a kernel's bind group.
    pub fn layout(&mut self, device: &wgpu::Device, kernel: &'static Kernel) -> wgpu::BindGroupLayout {
        self.layouts(device, kernel).0.clone()
    }

    fn layouts(
        &mut self,
        device: &wgpu::Device,
        kernel: &'static Kernel,
    ) -> &(wgpu::BindGroupLayout, wgpu::PipelineLayout) {
        self.layouts.entry(kernel.name).or_insert_with(|| {
            let entry = |binding: usize, ty| wgpu::BindGroupLayoutEntry {
                binding: binding as u32,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
                count: None,
            };
            let uniforms = (0..2).map(|i| entry(i, wgpu::BufferBindingType::Uniform));
            let storage = kernel.bindings.iter().enumerate().map(|(i, access)| {
                entry(i + 2, wgpu::BufferBindingType::Storage { read_only: *access == Access::Read })
            });
            let entries: Vec<_> = uniforms.chain(storage).collect();
            let group = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(kernel.name),
                entries: &entries,
            });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(kernel.name),
                bind_group_layouts: &[Some(&group)],
                immediate_size: 0,
            });
            (group, layout)
        })
    }

    /// The pipeline of a kernel with these imports and `override` values, made on first use and kept if `check`, which
    /// is called then, finds nothing wrong.
    ///
    /// # Errors
    /// What `check` found.
    pub fn get(
        &mut self,
        device: &wgpu::Device,
        kernel: &'static Kernel,
        choices: shader::Choices<'_>,
        constants: &[(&str, f64)],
        check: impl FnOnce() -> Result<()>,
    ) -> Result<wgpu::ComputePipeline> {
        let module_key = format!("{} {choices:?}", kernel.name);
        let key = format!("{module_key} {constants:?}");
        if let Some(pipeline) = self.pipelines.get(&key) {
            return Ok(pipeline.clone());
        }
        let layout = self.layouts(device, kernel).1.clone();
        let module = self.modules.entry(module_key).or_insert_with(|| {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(kernel.name),
                source: wgpu::ShaderSource::Wgsl(shader::compose(kernel.name, choices).into()),
            })
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&key),
            layout: Some(&layout),
            module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants,
                // Every kernel writes workgroup memory before it reads it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        check()?;
        self.pipelines.insert(key, pipeline.clone());
        Ok(pipeline)
    }
}
