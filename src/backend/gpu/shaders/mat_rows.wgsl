// Y = X·Wᵀ for many tokens without workgroup memory: an invocation takes eight rows and sixteen tokens. For
// adapters that compute on the CPU, where a barrier costs more than reading weights again, and where every
// word that is read costs several products: so each piece of x serves eight rows, each weight sixteen tokens.
#import product

// Four rows' weights in eight columns: a column of the matrix is a column of W.
struct Columns {
    lo: mat4x4<f32>,
    hi: mat4x4<f32>,
}

fn columns(at: vec4<u32>, a: Raw, b: Raw, c: Raw, d: Raw, j: u32) -> Columns {
    let w = weights(a, at.x, j);
    let x = weights(b, at.y, j);
    let y = weights(c, at.z, j);
    let z = weights(d, at.w, j);
    return Columns(
        transpose(mat4x4<f32>(w.lo, x.lo, y.lo, z.lo)),
        transpose(mat4x4<f32>(w.hi, x.hi, y.hi, z.hi)),
    );
}

// Four columns of four tokens: a column of the matrix is a token.
fn four(at: vec4<u32>, n: u32) -> mat4x4<f32> {
    return mat4x4<f32>(x[at.x + n], x[at.y + n], x[at.z + n], x[at.w + n]);
}

fn outputs(row: u32, token: u32, sums: mat4x4<f32>) {
    for (var t = 0u; t < 4u; t++) {
        let v = sums[t];
        output(row, token + t, v.x);
        output(row + 8u, token + t, v.y);
        output(row + 16u, token + t, v.z);
        output(row + 24u, token + t, v.w);
    }
}

@compute @workgroup_size(8)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    let row = 64u * wid.x + lid; // and 8, 16, … 56 further
    let last_row = vec4<u32>(p.rows - 1u);
    let rows_a = min(row + vec4<u32>(0u, 8u, 16u, 24u), last_row) * p.blocks;
    let rows_b = min(row + vec4<u32>(32u, 40u, 48u, 56u), last_row) * p.blocks;
    let token = 16u * wid.y;
    let left = step.len - min(token, step.len);
    let last = vec4<u32>(step.len - 1u);
    let four_tokens = token + vec4<u32>(0u, 1u, 2u, 3u);
    let at0 = min(four_tokens, last) * p.x_stride;
    let at1 = min(four_tokens + 4u, last) * p.x_stride;
    let at2 = min(four_tokens + 8u, last) * p.x_stride;
    let at3 = min(four_tokens + 12u, last) * p.x_stride;
    var a0 = mat4x4<f32>(); // the first four rows of tokens 0 to 3: a column is a token
    var a1 = mat4x4<f32>();
    var a2 = mat4x4<f32>();
    var a3 = mat4x4<f32>();
    var b0 = mat4x4<f32>(); // the other four rows
    var b1 = mat4x4<f32>();
    var b2 = mat4x4<f32>();
    var b3 = mat4x4<f32>();
    for (var b = 0u; b < p.blocks; b++) {
        let at_a = rows_a + b;
        let at_b = rows_b + b;
        let ra = load(at_a.x);
        let rb = load(at_a.y);
        let rc = load(at_a.z);
        let rd = load(at_a.w);
        let re = load(at_b.x);
        let rf = load(at_b.y);
        let rg = load(at_b.z);
        let rh = load(at_b.w);
        for (var j = 0u; j < 4u; j++) {
            let wa = columns(at_a, ra, rb, rc, rd, j);
            let wb = columns(at_b, re, rf, rg, rh, j);
            let n = 8u * b + 2u * j;
            let lo0 = four(at0, n);
            let hi0 = four(at0, n + 1u);
            a0 += wa.lo * lo0 + wa.hi * hi0;
            b0 += wb.lo * lo0 + wb.hi * hi0;
            if left > 4u {
                let lo1 = four(at1, n);
                let hi1 = four(at1, n + 1u);
                a1 += wa.lo * lo1 + wa.hi * hi1;
                b1 += wb.lo * lo1 + wb.hi * hi1;
            }
            if left > 8u {
                let lo2 = four(at2, n);
                let hi2 = four(at2, n + 1u);
                a2 += wa.lo * lo2 + wa.hi * hi2;
                b2 += wb.lo * lo2 + wb.hi * hi2;
            }
            if left > 12u {
                let lo3 = four(at3, n);
                let hi3 = four(at3, n + 1u);
                a3 += wa.lo * lo3 + wa.hi * hi3;
                b3 += wb.lo * lo3 + wb.hi * hi3;
            }
        }
    }
    outputs(row, token, a0);
    outputs(row, token + 4u, a1);
    outputs(row, token + 8u, a2);
    outputs(row, token + 12u, a3);
    outputs(row + 32u, token, b0);
    outputs(row + 32u, token + 4u, b1);
    outputs(row + 32u, token + 8u, b2);
    outputs(row + 32u, token + 12u, b3);
}
