// Q2_K: five words a super-block of 256: (d, dmin), then a nibble pair (scale, min) a half block.
@group(0) @binding(4) var<storage, read> scales: array<u32>;

fn scale(b: u32, side: u32) -> vec2<f32> {
    let at = 5u * (b >> 3u);
    let sub = 2u * (b & 7u) + side;
    let d = unpack2x16float(scales[at]);
    let w = scales[at + 1u + (sub >> 2u)] >> (8u * (sub & 3u));
    return vec2<f32>(d.x * f32(w & 15u), -d.y * f32((w >> 4u) & 15u));
}
