// The 64 best of each stretch of 1024 logits or candidates, in order: a bitonic sort in workgroup
// memory. Run again on what it leaves until one stretch is left.
#import candidate

override LOGITS: bool = false; // reads logits, else candidates

struct Choose {
    n: u32, // logits, or candidates
}
@group(0) @binding(0) var<uniform> p: Choose;
@group(0) @binding(2) var<storage, read> logits: array<u32>;
@group(0) @binding(3) var<storage, read> candidates: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read_write> top: array<vec2<u32>>;

var<workgroup> list: array<vec2<u32>, 1024>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    for (var i = lid; i < 1024u; i += 256u) {
        let at = 1024u * wid.x + i;
        var candidate = NOBODY;
        if at < p.n {
            if LOGITS { candidate = vec2<u32>(key_of(logits[at]), at); } else { candidate = candidates[at]; }
        }
        list[i] = candidate;
    }
    for (var size = 2u; size <= 1024u; size <<= 1u) {
        for (var gap = size >> 1u; gap > 0u; gap >>= 1u) {
            workgroupBarrier();
            for (var i = lid; i < 512u; i += 256u) {
                let a = 2u * gap * (i / gap) + i % gap;
                let descending = (a & size) == 0u;
                let left = list[a];
                let right = list[a + gap];
                if better(right, left) == descending {
                    list[a] = right;
                    list[a + gap] = left;
                }
            }
        }
    }
    workgroupBarrier();
    if lid < 64u { top[64u * wid.x + lid] = list[lid]; }
}
