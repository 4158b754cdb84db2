// A block of 32 weights of 5 bits: a plane of nibbles and a plane of fifth bits.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> high: array<u32>;

struct Raw {
    low: vec4<u32>,
    high: u32,
}

fn load(b: u32) -> Raw {
    return Raw(quants[b], high[b]);
}

fn octet(r: Raw, j: u32) -> Octet {
    return add(nibbles(r.low[j]), high_bits(r.high >> (8u * j), 16.0));
}
