// y ← norm(x), or y ← y + norm(x): RMS norm, with LAYER layer norm. A workgroup a token.
#import reduce

override LAYER: bool = false;
override ADD: bool = false;

struct Norm {
    dim: u32,
    x_stride: u32, // floats a token
    y_stride: u32,
    eps: f32,
}
@group(0) @binding(0) var<uniform> p: Norm;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> gain: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    let start = wid.y * p.x_stride;
    let to = wid.y * p.y_stride;
    var mean = 0.0;
    if LAYER {
        var sum = 0.0;
        for (var i = lid; i < p.dim; i += 64u) {
            sum += x[start + i];
        }
        mean = reduce_sum(lid, sum) / f32(p.dim);
    }
    var square = 0.0;
    for (var i = lid; i < p.dim; i += 64u) {
        let v = x[start + i] - mean;
        square += v * v;
    }
    let factor = inverseSqrt(reduce_sum(lid, square) / f32(p.dim) + p.eps);
    for (var i = lid; i < p.dim; i += 64u) {
        var v = (x[start + i] - mean) * factor * gain[i];
        if LAYER { v += bias[min(i, arrayLength(&bias) - 1u)]; }
        y[to + i] = select(v, y[to + i] + v, ADD);
    }
}
