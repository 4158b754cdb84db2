// Eight consecutive weights, and unpacking of the planes that hold them: the twin of octet.wgsl for adapters that
// compute on the CPU, where shifting a vector by another is done lane by lane. A field stays in its place, is
// converted as a signed integer, and brought to size by a power of two; all of it is exact.
struct Octet {
    lo: vec4<f32>,
    hi: vec4<f32>,
}

fn fields(w: u32, masks: vec4<u32>, sizes: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(bitcast<vec4<i32>>(vec4<u32>(w) & masks)) * sizes;
}

fn nibbles(w: u32) -> Octet {
    let lo = fields(w, vec4<u32>(0xfu, 0xf0u, 0xf00u, 0xf000u), vec4<f32>(1.0, 0x1p-4, 0x1p-8, 0x1p-12));
    let hi = fields(w, vec4<u32>(0xf0000u, 0xf00000u, 0xf000000u, 0xf0000000u), vec4<f32>(0x1p-16, 0x1p-20, 0x1p-24, 0x1p-28));
    // The last has the sign bit: −8 to −1 stand for 8 to 15.
    return Octet(lo, vec4<f32>(hi.xyz, hi.w + select(0.0, 16.0, hi.w < 0.0)));
}

// Eight bits, worth `weight` each.
fn high_bits(w: u32, weight: f32) -> Octet {
    return Octet(
        fields(w, vec4<u32>(1u, 2u, 4u, 8u), weight * vec4<f32>(1.0, 0x1p-1, 0x1p-2, 0x1p-3)),
        fields(w, vec4<u32>(16u, 32u, 64u, 128u), weight * vec4<f32>(0x1p-4, 0x1p-5, 0x1p-6, 0x1p-7)),
    );
}

// Eight pairs of bits, worth `weight` each.
fn crumbs(w: u32, weight: f32) -> Octet {
    return Octet(
        fields(w, vec4<u32>(0x3u, 0xcu, 0x30u, 0xc0u), weight * vec4<f32>(1.0, 0x1p-2, 0x1p-4, 0x1p-6)),
        fields(w, vec4<u32>(0x300u, 0xc00u, 0x3000u, 0xc000u), weight * vec4<f32>(0x1p-8, 0x1p-10, 0x1p-12, 0x1p-14)),
    );
}

// Four signed bytes. The last has the sign bit in its place; the others are read as 128 more.
fn signed_bytes(w: u32) -> vec4<f32> {
    let v = vec4<u32>(vec3<u32>(w ^ 0x808080u), w) & vec4<u32>(0xffu, 0xff00u, 0xff0000u, 0xff000000u);
    let sizes = vec4<f32>(1.0, 0x1p-8, 0x1p-16, 0x1p-24);
    return vec4<f32>(bitcast<vec4<i32>>(v)) * sizes - vec4<f32>(128.0, 128.0, 128.0, 0.0);
}

fn add(a: Octet, b: Octet) -> Octet {
    return Octet(a.lo + b.lo, a.hi + b.hi);
}
