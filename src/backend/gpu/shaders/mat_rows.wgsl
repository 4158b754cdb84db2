// Y = X·Wᵀ for many tokens without workgroup memory: an invocation takes one row and eight tokens. For
// adapters that compute on the CPU, where a barrier costs more than reading weights again.
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

fn output(row: u32, token: u32, value: f32) {
    if token < step.len {
        let at = token * p.y_stride + p.y_at + row;
        let b = bias[min(p.y_at + row, arrayLength(&bias) - 1u)];
        let v = soft_cap(activate(value + b), p.cap);
        y[at] = select(v, y[at] + v, ADD);
    }
}

// An octet of weights times the same columns of a token.
fn part(o: Octet, at: u32) -> f32 {
    return dot(o.lo, x[at]) + dot(o.hi, x[at + 1u]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
    let row = gid.x;
    if row >= p.rows { return; }
    let token = 8u * gid.y;
    let last = step.len - 1u;
    let lo = vec4<u32>(token, token + 1u, token + 2u, token + 3u);
    let at_lo = min(lo, vec4<u32>(last)) * p.x_stride;
    let at_hi = min(lo + 4u, vec4<u32>(last)) * p.x_stride;
    var sum_lo = vec4<f32>();
    var sum_hi = vec4<f32>();
    for (var b = 0u; b < p.blocks; b++) {
        let raw = load(row * p.blocks + b);
        for (var j = 0u; j < 4u; j++) {
            let q = octet(raw, j);
            let s = scale(row * p.blocks + b, j >> 1u);
            let o = Octet(q.lo * s.x + s.y, q.hi * s.x + s.y);
            let n = 8u * b + 2u * j;
            sum_lo += vec4<f32>(part(o, at_lo.x + n), part(o, at_lo.y + n), part(o, at_lo.z + n), part(o, at_lo.w + n));
            sum_hi += vec4<f32>(part(o, at_hi.x + n), part(o, at_hi.y + n), part(o, at_hi.z + n), part(o, at_hi.w + n));
        }
    }
    output(row, token, sum_lo.x);
    output(row, token + 1u, sum_lo.y);
    output(row, token + 2u, sum_lo.z);
    output(row, token + 3u, sum_lo.w);
    output(row, token + 4u, sum_hi.x);
    output(row, token + 5u, sum_hi.y);
    output(row, token + 6u, sum_hi.z);
    output(row, token + 7u, sum_hi.w);
}
