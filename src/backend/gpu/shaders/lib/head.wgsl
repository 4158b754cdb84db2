// One query or key head in workgroup memory: its norm, its rotation, and where it is cached.
#import step
#import reduce
#import kv

override QK_NORM: u32 = 0u; // 0: none, 1: each head, 2: all heads as one vector
override ROPE: u32 = 0u;    // 0: none, 1: pairs (2i, 2i+1), 2: pairs (i, i + pairs)

struct Attend {
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    qkv_stride: u32, // floats a token
    out_stride: u32, // vec4s a token
    window: u32,     // positions seen, itself included
    values: u32,     // where values start in the cache, in vec4s
    pairs: u32,      // rotated pairs of a head
    table: u32,      // where the rotary table starts, in pairs
    table_long: u32, // the same under the long factors
    scale: f32,
    cap: f32,        // soft cap, 0 for none
    eps: f32,
}
@group(0) @binding(0) var<uniform> p: Attend;
@group(0) @binding(2) var<storage, read> qkv: array<f32>; // (tokens, q heads, k heads, v heads)
@group(0) @binding(3) var<storage, read_write> kv: array<vec4<Kv>>;
@group(0) @binding(4) var<storage, read> q_norm: array<f32>;
@group(0) @binding(5) var<storage, read> k_norm: array<f32>;
@group(0) @binding(6) var<storage, read> rope: array<vec2<f32>>; // (position, pair) of (cos, sin)

// A query head at 0, a key head at 256.
var<workgroup> head: array<f32, 512>;

// Loads head `h` of token `token`, counted over queries, then keys, into `head[to..]`.
fn load_head(lid: u32, h: u32, token: u32, to: u32) {
    let row = token * p.qkv_stride;
    let start = row + h * p.head_dim;
    let is_key = h >= p.heads;
    var factor = 1.0;
    if QK_NORM > 0u {
        var at = start;
        var width = p.head_dim;
        if QK_NORM == 2u {
            at = row + select(0u, p.heads * p.head_dim, is_key);
            width = p.head_dim * select(p.heads, p.kv_heads, is_key);
        }
        var square = 0.0;
        for (var i = lid; i < width; i += 64u) {
            square += qkv[at + i] * qkv[at + i];
        }
        factor = inverseSqrt(reduce_sum(lid, square) / f32(width) + p.eps);
    }
    let first = select(0u, (h - select(0u, p.heads, is_key)) * p.head_dim, QK_NORM == 2u);
    for (var i = lid; i < p.head_dim; i += 64u) {
        var v = qkv[start + i];
        if QK_NORM > 0u { v *= factor * select(q_norm[first + i], k_norm[first + i], is_key); }
        head[to + i] = v;
    }
    workgroupBarrier();
    if ROPE > 0u {
        let table = select(p.table, p.table_long, step.rope_long == 1u) + (step.start + token) * p.pairs;
        for (var i = lid; i < p.pairs; i += 64u) {
            let a = to + select(2u * i, i, ROPE == 2u);
            let b = select(a + 1u, a + p.pairs, ROPE == 2u);
            let t = rope[table + i];
            let v = vec2<f32>(head[a], head[b]);
            head[a] = v.x * t.x - v.y * t.y;
            head[b] = v.x * t.y + v.y * t.x;
        }
        workgroupBarrier();
    }
}

// Writes the key in `head[256..]` and the value of kv head `h` to the cache.
fn store_kv(lid: u32, h: u32, token: u32) {
    let quads = p.head_dim / 4u;
    let at = ((step.start + token) * p.kv_heads + h) * quads;
    let v = token * p.qkv_stride + (p.heads + p.kv_heads + h) * p.head_dim;
    for (var i = lid; i < quads; i += 64u) {
        let k = 256u + 4u * i;
        kv[at + i] = vec4<Kv>(vec4<f32>(head[k], head[k + 1u], head[k + 2u], head[k + 3u]));
        let n = v + 4u * i;
        kv[p.values + at + i] = vec4<Kv>(vec4<f32>(qkv[n], qkv[n + 1u], qkv[n + 2u], qkv[n + 3u]));
    }
}
