// What the products of a matrix with many tokens have in common: their parameters, bindings and ends.
#import step
#import quants
#import scale
#import activate

override ADD: bool = false;

struct MatMul {
    rows: u32,
    blocks: u32,   // blocks of 32 in a row
    x_stride: u32, // vec4s a token
    y_stride: u32, // floats a token
    y_at: u32,     // first output row
    cap: f32,      // soft cap, 0 for none
}
@group(0) @binding(0) var<uniform> p: MatMul;
@group(0) @binding(5) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> gain: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

// Octet `j` of a block, in full.
fn weights(raw: Raw, block: u32, j: u32) -> Octet {
    return scaled(raw, scale(block, j >> 1u), j);
}

fn scaled(raw: Raw, s: vec2<f32>, j: u32) -> Octet {
    let q = octet(raw, j);
    return Octet(q.lo * s.x + s.y, q.hi * s.x + s.y);
}

fn output(row: u32, token: u32, value: f32) {
    if row < p.rows && token < step.len {
        let at = token * p.y_stride + p.y_at + row;
        let b = bias[min(p.y_at + row, arrayLength(&bias) - 1u)];
        let v = soft_cap(activate(value + b), p.cap);
        y[at] = select(v, y[at] + v, ADD);
    }
}
