// Weights that need no scale.
fn scale(b: u32, side: u32) -> vec2<f32> {
    return vec2<f32>(1.0, 0.0);
}
