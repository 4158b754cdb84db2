// The MLP's nonlinearity. Arguments are clamped where an intermediate would overflow.
override ACT: u32 = 0u; // 0: none, 1: SiLU, 2: GELU (tanh form)

fn activate(x: f32) -> f32 {
    if ACT == 1u {
        return x / (1.0 + exp(min(-x, 80.0)));
    }
    if ACT == 2u {
        let t = 0.7978845608 * (x + 0.044715 * x * x * x);
        return 0.5 * x * (1.0 + tanh(clamp(t, -15.0, 15.0)));
    }
    return x;
}

fn soft_cap(x: f32, cap: f32) -> f32 {
    if cap > 0.0 {
        return cap * tanh(clamp(x / cap, -15.0, 15.0));
    }
    return x;
}
