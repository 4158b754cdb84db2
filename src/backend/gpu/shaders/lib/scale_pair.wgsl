// A scale and a minimum a block, both f16: w = d·(q − ZERO) + m.
override ZERO: f32 = 0.0;
@group(0) @binding(4) var<storage, read> scales: array<u32>;

fn scale(b: u32, side: u32) -> vec2<f32> {
    let dm = unpack2x16float(scales[b]);
    return vec2<f32>(dm.x, dm.y - ZERO * dm.x);
}
