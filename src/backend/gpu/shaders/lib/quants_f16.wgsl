// A block of 32 weights as f16.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;

alias Raw = u32;

fn load(b: u32) -> Raw {
    return b;
}

fn octet(b: Raw, j: u32) -> Octet {
    let w = quants[4u * b + j];
    return Octet(
        vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y)),
        vec4<f32>(unpack2x16float(w.z), unpack2x16float(w.w)),
    );
}
