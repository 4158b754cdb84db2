// Y = X·Wᵀ for many tokens without workgroup memory: an invocation takes four rows and eight tokens. For
// adapters that compute on the CPU, where a barrier costs more than reading weights again, and where
// reading x costs as much as the arithmetic: so each piece of x that is read serves four rows.
#import product

// The same eight columns of four tokens.
struct Columns {
    left: mat4x4<f32>,
    right: mat4x4<f32>,
}

fn columns(at: vec4<u32>, n: u32) -> Columns {
    return Columns(
        mat4x4<f32>(x[at.x + n], x[at.y + n], x[at.z + n], x[at.w + n]),
        mat4x4<f32>(x[at.x + n + 1u], x[at.y + n + 1u], x[at.z + n + 1u], x[at.w + n + 1u]),
    );
}

// A row's share in four tokens.
fn part(w: Octet, c: Columns) -> vec4<f32> {
    return w.lo * c.left + w.hi * c.right;
}

fn outputs(row: u32, token: u32, lo: vec4<f32>, hi: vec4<f32>) {
    output(row, token, lo.x);
    output(row, token + 1u, lo.y);
    output(row, token + 2u, lo.z);
    output(row, token + 3u, lo.w);
    output(row, token + 4u, hi.x);
    output(row, token + 5u, hi.y);
    output(row, token + 6u, hi.z);
    output(row, token + 7u, hi.w);
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    let row = 256u * wid.x + lid; // and 64, 128, 192 further
    let rows = min(vec4<u32>(row, row + 64u, row + 128u, row + 192u), vec4<u32>(p.rows - 1u)) * p.blocks;
    let token = 8u * wid.y;
    let last = vec4<u32>(step.len - 1u);
    let tokens = vec4<u32>(token, token + 1u, token + 2u, token + 3u);
    let at_lo = min(tokens, last) * p.x_stride;
    let at_hi = min(tokens + 4u, last) * p.x_stride;
    var lo0 = vec4<f32>(); // row, tokens 0 to 3
    var lo1 = vec4<f32>(); // row + 64
    var lo2 = vec4<f32>();
    var lo3 = vec4<f32>();
    var hi0 = vec4<f32>(); // row, tokens 4 to 7
    var hi1 = vec4<f32>();
    var hi2 = vec4<f32>();
    var hi3 = vec4<f32>();
    for (var b = 0u; b < p.blocks; b++) {
        let at = rows + b;
        let r0 = load(at.x);
        let r1 = load(at.y);
        let r2 = load(at.z);
        let r3 = load(at.w);
        for (var j = 0u; j < 4u; j++) {
            let w0 = weights(r0, at.x, j);
            let w1 = weights(r1, at.y, j);
            let w2 = weights(r2, at.z, j);
            let w3 = weights(r3, at.w, j);
            let n = 8u * b + 2u * j;
            let lo = columns(at_lo, n);
            lo0 += part(w0, lo);
            lo1 += part(w1, lo);
            lo2 += part(w2, lo);
            lo3 += part(w3, lo);
            let hi = columns(at_hi, n);
            hi0 += part(w0, hi);
            hi1 += part(w1, hi);
            hi2 += part(w2, hi);
            hi3 += part(w3, hi);
        }
    }
    outputs(row, token, lo0, hi0);
    outputs(row + 64u, token, lo1, hi1);
    outputs(row + 128u, token, lo2, hi2);
    outputs(row + 192u, token, lo3, hi3);
}
