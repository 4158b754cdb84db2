// The best logit of each stretch of SPAN: what greedy decoding needs. A workgroup a stretch.
#import candidate

const SPAN = 4096u;

struct Choose {
    n: u32, // logits, or candidates
}
@group(0) @binding(0) var<uniform> p: Choose;
@group(0) @binding(2) var<storage, read> logits: array<u32>;
@group(0) @binding(3) var<storage, read_write> best: array<vec2<u32>>;

var<workgroup> found: array<vec2<u32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    let end = min(SPAN * (wid.x + 1u), p.n);
    var top = NOBODY;
    for (var i = SPAN * wid.x + lid; i < end; i += 64u) {
        let candidate = vec2<u32>(key_of(logits[i]), i);
        if better(candidate, top) { top = candidate; }
    }
    found[lid] = top;
    workgroupBarrier();
    if lid > 0u { return; }
    for (var i = 1u; i < 64u; i++) {
        if better(found[i], top) { top = found[i]; }
    }
    best[wid.x] = top;
}
