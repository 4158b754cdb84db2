// Attention of one query head over the cache, with a running softmax. DECODE takes a single token,
// writes its key and value on the way, and may be split over positions (flash decoding): then each
// split leaves its sum, maximum and weight for attend_join.
#import head

override DECODE: bool = false;
override SPLITS: u32 = 16u; // room for this many

@group(0) @binding(7) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> partial: array<vec4<f32>>; // (head, SPLITS, quads + 1)

const TILE = 256u;
const LOW = -1e30;

var<workgroup> scores: array<f32, 256>;
var<workgroup> sums: array<vec4<f32>, 64>;

fn query(i: u32) -> vec4<f32> {
    return vec4<f32>(head[4u * i], head[4u * i + 1u], head[4u * i + 2u], head[4u * i + 3u]);
}

@compute @workgroup_size(64)
fn main(
    @builtin(local_invocation_index) lid: u32,
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(num_workgroups) count: vec3<u32>,
) {
    let h = wid.x;
    let token = wid.y;
    let position = step.start + token;
    let quads = p.head_dim / 4u;
    let share = p.heads / p.kv_heads;
    let kv_head = h / share;
    let first = position + 1u - min(position + 1u, p.window);
    let span = (position + 1u - first + count.z - 1u) / count.z;
    let begin = min(first + wid.z * span, position + 1u);
    let end = min(begin + span, position + 1u);
    load_head(lid, h, token, 0u);
    if DECODE && wid.z == (position - first) / span {
        load_head(lid, p.heads + kv_head, token, 256u);
        if h % share == 0u { store_kv(lid, kv_head, token); }
    }
    let teams = 64u / quads; // in the second half a team adds up the values of its positions
    let team = lid / quads;
    let quad = lid % quads;
    let new_value = token * p.qkv_stride + (p.heads + p.kv_heads + kv_head) * p.head_dim + 4u * quad;
    var sum = vec4<f32>();
    var weight = 0.0;
    var top = LOW;
    for (var tile = begin; tile < end; tile += TILE) {
        let size = min(TILE, end - tile);
        workgroupBarrier(); // the scores of the tile before are read until here
        var tile_top = LOW;
        for (var t = lid; t < size; t += 64u) {
            let at = ((tile + t) * p.kv_heads + kv_head) * quads;
            var s = 0.0;
            if DECODE && tile + t == position {
                for (var i = 0u; i < p.head_dim; i++) { s += head[i] * head[256u + i]; }
            } else {
                for (var i = 0u; i < quads; i++) { s += dot(query(i), vec4<f32>(kv[at + i])); }
            }
            s *= p.scale;
            if p.cap > 0.0 { s = p.cap * tanh(clamp(s / p.cap, -15.0, 15.0)); }
            scores[t] = s;
            tile_top = max(tile_top, s);
        }
        let new_top = max(top, reduce_max(lid, tile_top));
        let shrink = exp(top - new_top);
        top = new_top;
        var part = 0.0;
        for (var t = lid; t < size; t += 64u) {
            let e = exp(scores[t] - top);
            scores[t] = e;
            part += e;
        }
        weight = weight * shrink + reduce_sum(lid, part);
        sum *= shrink;
        if team < teams {
            for (var t = team; t < size; t += teams) {
                if DECODE && tile + t == position {
                    sum += scores[t] * vec4<f32>(qkv[new_value], qkv[new_value + 1u], qkv[new_value + 2u], qkv[new_value + 3u]);
                } else {
                    sum += scores[t] * vec4<f32>(kv[p.values + ((tile + t) * p.kv_heads + kv_head) * quads + quad]);
                }
            }
        }
    }
    sums[lid] = sum;
    workgroupBarrier();
    if team > 0u { return; }
    for (var i = 1u; i < teams; i++) { sum += sums[i * quads + quad]; }
    if count.z == 1u {
        out[token * p.out_stride + h * quads + quad] = sum / weight;
        return;
    }
    let at = (h * SPLITS + wid.z) * (quads + 1u);
    partial[at + quad] = sum;
    if quad == 0u { partial[at + quads] = vec4<f32>(top, weight, f32(count.z), 0.0); }
}
