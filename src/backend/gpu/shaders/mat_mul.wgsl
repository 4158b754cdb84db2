// Y = X·Wᵀ for many tokens: tiles of 64 rows × 16·TOKENS tokens × 32 columns in workgroup memory.
// Each block of weights is decoded once a tile. Invocations form a 16 × 16 grid; one owns 4 rows and
// TOKENS tokens. Tiles are stored along the columns, rotated by row against bank conflicts.
#import product

override TOKENS: u32 = 4u; // 1, 2 or 4

var<workgroup> w_tile: array<vec4<f32>, 512>; // (64 rows, 8 vec4s)
var<workgroup> x_tile: array<vec4<f32>, 512>; // (64 tokens, 8 vec4s)

fn slot(row: u32, k: u32) -> u32 {
    return 8u * row + (k ^ (row & 7u));
}

fn outputs(row: u32, token: u32, v: vec4<f32>) {
    output(row, token, v.x);
    output(row + 16u, token, v.y);
    output(row + 32u, token, v.z);
    output(row + 48u, token, v.w);
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    let row0 = 64u * wid.x;
    let token0 = 16u * TOKENS * wid.y;
    let tx = lid % 16u;
    let ty = lid / 16u;
    let load_row = lid / 4u; // of the tile; this invocation brings octet `j` of it
    let j = lid % 4u;
    let w_row = min(row0 + load_row, p.rows - 1u) * p.blocks;
    let x_row = min(token0 + load_row, step.len - 1u) * p.x_stride;
    var s0 = vec4<f32>();
    var s1 = vec4<f32>();
    var s2 = vec4<f32>();
    var s3 = vec4<f32>();
    for (var b = 0u; b < p.blocks; b++) {
        let w = weights(load(w_row + b), w_row + b, j);
        w_tile[slot(load_row, 2u * j)] = w.lo;
        w_tile[slot(load_row, 2u * j + 1u)] = w.hi;
        if load_row < 16u * TOKENS {
            let at = x_row + 8u * b + 2u * j;
            x_tile[slot(load_row, 2u * j)] = x[at];
            x_tile[slot(load_row, 2u * j + 1u)] = x[at + 1u];
        }
        workgroupBarrier();
        for (var k = 0u; k < 8u; k++) {
            let w0 = w_tile[slot(tx, k)];
            let w1 = w_tile[slot(tx + 16u, k)];
            let w2 = w_tile[slot(tx + 32u, k)];
            let w3 = w_tile[slot(tx + 48u, k)];
            let x0 = x_tile[slot(ty, k)];
            s0 += vec4<f32>(dot(x0, w0), dot(x0, w1), dot(x0, w2), dot(x0, w3));
            if TOKENS > 1u {
                let x1 = x_tile[slot(ty + 16u, k)];
                s1 += vec4<f32>(dot(x1, w0), dot(x1, w1), dot(x1, w2), dot(x1, w3));
            }
            if TOKENS > 2u {
                let x2 = x_tile[slot(ty + 32u, k)];
                let x3 = x_tile[slot(ty + 48u, k)];
                s2 += vec4<f32>(dot(x2, w0), dot(x2, w1), dot(x2, w2), dot(x2, w3));
                s3 += vec4<f32>(dot(x3, w0), dot(x3, w1), dot(x3, w2), dot(x3, w3));
            }
        }
        workgroupBarrier();
    }
    outputs(row0 + tx, token0 + ty, s0);
    if TOKENS > 1u { outputs(row0 + tx, token0 + ty + 16u, s1); }
    if TOKENS > 2u {
        outputs(row0 + tx, token0 + ty + 32u, s2);
        outputs(row0 + tx, token0 + ty + 48u, s3);
    }
}
