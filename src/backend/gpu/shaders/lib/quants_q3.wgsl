// A block of 32 weights of 3 bits: a plane of pairs and a plane of third bits.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read> high: array<u32>;

struct Raw {
    low: vec2<u32>,
    high: u32,
}

fn load(b: u32) -> Raw {
    return Raw(quants[b], high[b]);
}

fn octet(r: Raw, j: u32) -> Octet {
    return add(crumbs(r.low[j >> 1u] >> (16u * (j & 1u)), 1.0), high_bits(r.high >> (8u * j), 4.0));
}
