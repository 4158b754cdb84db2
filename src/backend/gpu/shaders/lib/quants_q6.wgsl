// A block of 32 weights of 6 bits: a plane of nibbles and a plane of upper pairs.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> high: array<vec2<u32>>;

struct Raw {
    low: vec4<u32>,
    high: vec2<u32>,
}

fn load(b: u32) -> Raw {
    return Raw(quants[b], high[b]);
}

fn octet(r: Raw, j: u32) -> Octet {
    return add(nibbles(r.low[j]), crumbs(r.high[j >> 1u] >> (16u * (j & 1u)), 16.0));
}
