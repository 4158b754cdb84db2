// A block of 32 weights of 8 bits, signed.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;

alias Raw = u32;

fn load(b: u32) -> Raw {
    return b;
}

fn octet(b: Raw, j: u32) -> Octet {
    let w = quants[2u * b + (j >> 1u)];
    let pair = select(w.xy, w.zw, (j & 1u) == 1u);
    return Octet(signed_bytes(pair.x), signed_bytes(pair.y));
}
