// Candidates to one token, by the steps of the sampler on the CPU, in the same order and in f32. The id
// goes where the next step's embed reads it, and into the history.
#import candidate
#import rules

override GREEDY: bool = false; // candidates are in no order and the best is taken

@group(0) @binding(2) var<storage, read> candidates: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;
@group(0) @binding(4) var<storage, read_write> history: array<u32>;

var<private> weights: array<f32, 64>;

fn pcg(input: u32) -> u32 {
    let state = input * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn random_unit() -> f32 {
    return f32(pcg(pcg(p.position + pcg(p.seed)) ^ p.seed) >> 8u) / 16777216.0;
}

// Which of the candidates, which are in order.
fn choose() -> u32 {
    let best = logit_of(candidates[0].x);
    let floor = best - 18.0 * p.temperature; // less weighs nothing beside the best, in f32
    var total = 0.0;
    var n = 0u;
    for (; n < min(p.candidates, min(p.top_k, 64u)); n++) {
        let candidate = candidates[n];
        let logit = logit_of(candidate.x);
        if candidate.x <= IMPOSSIBLE || logit < floor { break; }
        weights[n] = exp((logit - best) / p.temperature);
        total += weights[n];
    }
    let wanted = p.top_p * total;
    var sum = 0.0;
    var kept = 0u;
    for (; kept < n; kept++) {
        if kept > 0u && (weights[kept] < p.min_p || sum >= wanted) { break; }
        sum += weights[kept];
    }
    let threshold = random_unit() * sum;
    var running = 0.0;
    for (var i = 0u; i < kept; i++) {
        running += weights[i];
        if running > threshold { return i; }
    }
    return kept - 1u;
}

@compute @workgroup_size(1)
fn main() {
    var chosen = candidates[0];
    if GREEDY {
        for (var i = 1u; i < p.candidates; i++) {
            if better(candidates[i], chosen) { chosen = candidates[i]; }
        }
    } else if chosen.x > IMPOSSIBLE {
        chosen = candidates[choose()];
    }
    let id = select(0u, chosen.y, chosen.x > IMPOSSIBLE); // where nothing is possible, 0
    ids[0] = id;
    history[p.history % HISTORY] = id;
}
