// Logits as integers whose order is theirs, so that neither NaN nor −0 needs a word elsewhere.
// A candidate is (key, id); the better one has the higher key, among equals the lower id.
const IMPOSSIBLE = 0x007fffffu; // the key of −∞; NaN is 0
const LARGEST = 0xff7fffffu;    // the key of the largest number
const NOBODY = vec2<u32>(0u, 0xffffffffu);

fn key_of(bits: u32) -> u32 {
    if (bits & 0x7fffffffu) > 0x7f800000u { return 0u; }
    if bits == 0x80000000u { return bits; } // −0 is 0
    return select(bits ^ 0x80000000u, ~bits, bits >> 31u == 1u);
}

fn logit_of(key: u32) -> f32 {
    let k = min(key, LARGEST);
    return bitcast<f32>(select(~k, k ^ 0x80000000u, k >> 31u == 1u));
}

fn better(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.x > b.x || (a.x == b.x && a.y < b.y);
}
