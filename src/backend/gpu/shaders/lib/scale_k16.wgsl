// Q3_K and Q6_K: five words a super-block of 256: d, then a signed byte a half block.
override ZERO: f32 = 0.0;
@group(0) @binding(4) var<storage, read> scales: array<u32>;

fn scale(b: u32, side: u32) -> vec2<f32> {
    let at = 5u * (b >> 3u);
    let sub = 2u * (b & 7u) + side;
    let word = bitcast<i32>(scales[at + 1u + (sub >> 2u)]);
    let s = unpack2x16float(scales[at]).x * f32((word << (24u - 8u * (sub & 3u))) >> 24u);
    return vec2<f32>(s, -ZERO * s);
}
