// Eight consecutive weights, and unpacking of the planes that hold them.
struct Octet {
    lo: vec4<f32>,
    hi: vec4<f32>,
}

fn nibbles(w: u32) -> Octet {
    let v = vec4<u32>(w);
    return Octet(
        vec4<f32>((v >> vec4<u32>(0u, 4u, 8u, 12u)) & vec4<u32>(15u)),
        vec4<f32>((v >> vec4<u32>(16u, 20u, 24u, 28u)) & vec4<u32>(15u)),
    );
}

// Eight bits, worth `weight` each.
fn high_bits(w: u32, weight: f32) -> Octet {
    let v = vec4<u32>(w);
    return Octet(
        vec4<f32>((v >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u)) * weight,
        vec4<f32>((v >> vec4<u32>(4u, 5u, 6u, 7u)) & vec4<u32>(1u)) * weight,
    );
}

// Eight pairs of bits, worth `weight` each.
fn crumbs(w: u32, weight: f32) -> Octet {
    let v = vec4<u32>(w);
    return Octet(
        vec4<f32>((v >> vec4<u32>(0u, 2u, 4u, 6u)) & vec4<u32>(3u)) * weight,
        vec4<f32>((v >> vec4<u32>(8u, 10u, 12u, 14u)) & vec4<u32>(3u)) * weight,
    );
}

// Four signed bytes.
fn signed_bytes(w: u32) -> vec4<f32> {
    return vec4<f32>((vec4<i32>(bitcast<i32>(w)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

fn add(a: Octet, b: Octet) -> Octet {
    return Octet(a.lo + b.lo, a.hi + b.hi);
}
