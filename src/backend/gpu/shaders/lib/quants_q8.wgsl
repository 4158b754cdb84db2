// A block of 32 weights of 8 bits, signed.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;

alias Raw = u32;

fn load(b: u32) -> Raw {
    return b;
}

fn signed_bytes(w: u32) -> vec4<f32> {
    return vec4<f32>((vec4<i32>(bitcast<i32>(w)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

fn octet(b: Raw, j: u32) -> Octet {
    let w = quants[2u * b + (j >> 1u)];
    let pair = select(w.xy, w.zw, (j & 1u) == 1u);
    return Octet(signed_bytes(pair.x), signed_bytes(pair.y));
}
