// A block of 32 weights of 4 bits.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;

alias Raw = vec4<u32>;

fn load(b: u32) -> Raw {
    return quants[b];
}

fn octet(r: Raw, j: u32) -> Octet {
    return nibbles(r[j]);
}
