// Q4_K and Q5_K: five words a super-block of 256: (d, dmin), then a byte pair (scale, min) a block.
@group(0) @binding(4) var<storage, read> scales: array<u32>;

fn scale(b: u32, side: u32) -> vec2<f32> {
    let at = 5u * (b >> 3u);
    let d = unpack2x16float(scales[at]);
    let w = scales[at + 1u + ((b & 7u) >> 1u)] >> (16u * (b & 1u));
    return vec2<f32>(d.x * f32(w & 255u), -d.y * f32((w >> 8u) & 255u));
}
