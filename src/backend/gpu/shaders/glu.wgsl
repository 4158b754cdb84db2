// hidden ← act(gate) · up, where gate and up were written side by side.
#import activate

struct Glu {
    ff: u32,
    x_stride: u32, // floats a token
    y_stride: u32,
}
@group(0) @binding(0) var<uniform> p: Glu;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
    if gid.x >= p.ff { return; }
    let at = gid.y * p.x_stride + gid.x;
    y[gid.y * p.y_stride + gid.x] = activate(x[at]) * x[at + p.ff];
}
