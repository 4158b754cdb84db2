// Joins the splits that attend left into one output a head.
override SPLITS: u32 = 16u; // room for this many

struct AttendJoin {
    quads: u32, // vec4s a head
    heads: u32,
}
@group(0) @binding(0) var<uniform> p: AttendJoin;
@group(0) @binding(2) var<storage, read> partial: array<vec4<f32>>; // (head, SPLITS, quads + 1)
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
    if gid.x >= p.heads * p.quads { return; }
    let stride = p.quads + 1u;
    let first = (gid.x / p.quads) * SPLITS * stride;
    let used = u32(partial[first + p.quads].z);
    var top = -1e30;
    for (var s = 0u; s < used; s++) {
        top = max(top, partial[first + s * stride + p.quads].x);
    }
    var sum = vec4<f32>();
    var weight = 0.0;
    for (var s = 0u; s < used; s++) {
        let at = first + s * stride;
        let state = partial[at + p.quads];
        let factor = exp(state.x - top);
        weight += factor * state.y;
        sum += factor * partial[at + gid.x % p.quads];
    }
    out[gid.x] = sum / weight;
}
