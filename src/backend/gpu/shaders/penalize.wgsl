// Lowers the logits of tokens in the recent history. An invocation a token; the first of equal ones acts.
#import rules

@group(0) @binding(2) var<storage, read> history: array<u32>;
@group(0) @binding(3) var<storage, read_write> logits: array<f32>;

fn recent(i: u32) -> u32 {
    return history[(p.history - p.last_n + i) % HISTORY];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
    if gid.x >= p.last_n { return; }
    let id = recent(gid.x);
    for (var i = 0u; i < gid.x; i++) {
        if recent(i) == id { return; }
    }
    var count = 1.0;
    for (var i = gid.x + 1u; i < p.last_n; i++) {
        if recent(i) == id { count += 1.0; }
    }
    if id >= arrayLength(&logits) { return; }
    let logit = logits[id];
    var scaled = logit * p.repetition;
    if logit > 0.0 { scaled = logit / p.repetition; }
    logits[id] = scaled - p.frequency * count - p.presence;
}
