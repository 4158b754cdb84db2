// A block of 32 weights as bf16.
#import octet
@group(0) @binding(2) var<storage, read> quants: array<vec4<u32>>;

alias Raw = u32;

fn load(b: u32) -> Raw {
    return b;
}

fn octet(b: Raw, j: u32) -> Octet {
    let w = quants[4u * b + j];
    let even = bitcast<vec4<f32>>(w << vec4<u32>(16u));
    let odd = bitcast<vec4<f32>>(w & vec4<u32>(0xffff0000u));
    return Octet(vec4<f32>(even.x, odd.x, even.y, odd.y), vec4<f32>(even.z, odd.z, even.w, odd.w));
}
