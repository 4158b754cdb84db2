// A block of 32 weights as f32.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<f32>>;

alias Raw = u32;

fn load(b: u32) -> Raw {
    return b;
}

fn octet(b: Raw, j: u32) -> Octet {
    return Octet(quants[8u * b + 2u * j], quants[8u * b + 2u * j + 1u]);
}
