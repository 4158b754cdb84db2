// A block of 32 weights of 2 bits.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec2<u32>>;

alias Raw = vec2<u32>;

fn load(b: u32) -> Raw {
    return quants[b];
}

fn octet(r: Raw, j: u32) -> Octet {
    return crumbs(r[j >> 1u] >> (16u * (j & 1u)), 1.0);
}
